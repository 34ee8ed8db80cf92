import { Icon } from "../../app/icons";
import { useLanguage } from "../../i18n/Language";
import type { OpenMatch } from "../record/summary";

/** In the order in which they happen; each is told when it is done. */
const STAGES = ["retrieve", "filter", "score", "explain"] as const;

/** A search while it is being made, stage by stage. */
export function MatchStages({ open }: { open: OpenMatch }) {
  const { t } = useLanguage();
  const done = STAGES.findIndex((stage) => stage === open.stage) + 1;
  return (
    <section className="card stages" aria-label={t.match.stages}>
      <ol>
        {STAGES.map((stage, place) => (
          <li key={stage} data-state={place < done ? "done" : place === done ? "now" : "later"}>
            <span className="stage-mark">{place < done && <Icon name="check" />}</span>
            {t.match.stage[stage]}
          </li>
        ))}
      </ol>
      <p className="hint" role="status">
        {open.stage === "requested" ? t.match.stage.requested : t.match.left(open.providers)}
      </p>
    </section>
  );
}
