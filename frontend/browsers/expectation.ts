/** Throws when it does not hold; `sentence` says what should. */
export function expect(holds: unknown, sentence: string): asserts holds {
  if (holds !== true) throw new Error(`Expected that ${sentence}`);
}
