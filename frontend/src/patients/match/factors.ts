/** What a score is made of, in the order of its weight. */
export const FACTORS = [
  "clinical_relevance",
  "outcome_score",
  "cost_score",
  "semantic_match",
  "travel_logistics",
  "accreditation",
  "patient_preferences",
] as const;

export type Factor = (typeof FACTORS)[number];

/** The factors that the server told, each 0-1. */
export function factorsIn(told: Readonly<Record<string, number>>): (readonly [Factor, number])[] {
  return FACTORS.flatMap((factor) => {
    const share = told[factor];
    return share === undefined ? [] : [[factor, share] as const];
  });
}
