import { useLanguage } from "../../i18n/Language";
import { factorsIn } from "./factors";

const WIDTH = 100;
const HEIGHT = 8;

/** What a score is made of: bars for the eye, a table for everybody else. */
export function FactorChart({ factors }: { factors: Readonly<Record<string, number>> }) {
  const { t, format, direction } = useLanguage();
  return (
    <table className="factors">
      <caption className="visually-hidden">{t.match.table}</caption>
      <thead className="visually-hidden">
        <tr>
          <th scope="col">{t.match.factor}</th>
          <th scope="col">{t.match.points}</th>
        </tr>
      </thead>
      <tbody>
        {factorsIn(factors).map(([factor, share]) => {
          const length = Math.max(share * WIDTH, 2);
          return (
            <tr key={factor}>
              <th scope="row">{t.match.factors[factor]}</th>
              <td>
                <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true" focusable="false">
                  <rect className="factor-track" width={WIDTH} height={HEIGHT} />
                  <rect
                    className="factor-bar"
                    x={direction === "rtl" ? WIDTH - length : 0}
                    width={length}
                    height={HEIGHT}
                  />
                </svg>
                <span>{format.number(share * 100, 0)}</span>
              </td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}
