import type { Violation } from './error.ts';

type Fields = Record<string, unknown>;

const fieldsOf = (value: unknown): Fields => (typeof value === 'object' && value !== null ? (value as Fields) : {});

const WORD = 'Add to the request: "verification": {"mode": "none"}, "cutover": {"mode": "manual", "fence": "none"}';

/**
 * What an API-only stack cannot do, of a request that asks for it or leaves it to the default. Nothing is left out in
 * silence: whoever goes without verification and fence says so in so many words.
 */
export const notInReach = (input: unknown): Violation[] => {
  const { verification, cutover } = fieldsOf(input);
  const { mode: verificationMode } = fieldsOf(verification);
  const { mode = 'manual', fence, ...settings } = fieldsOf(cutover);
  const needless = ['drainBudgetMs', 'quietSeconds'].filter((name) => settings[name] !== undefined);
  return [
    ...(verificationMode === 'none'
      ? []
      : [
          {
            pointer: '/verification/mode',
            detail: `must be "none", said outright: without a VPC nothing can be compared. ${WORD}`,
          },
        ]),
    ...(fence === 'none'
      ? []
      : [
          {
            pointer: '/cutover/fence',
            detail: `must be "none", said outright: without a VPC nobody can be kept from writing. ${WORD}`,
          },
        ]),
    ...(mode === 'automatic'
      ? [
          {
            pointer: '/cutover/mode',
            detail: 'must be "manual": without a VPC an operator stops the writers, and then asks for the cutover',
          },
        ]
      : []),
    ...needless.map((name) => ({
      pointer: `/cutover/${name}`,
      detail: 'says nothing: without a VPC nothing is drained, and nobody is looked for',
    })),
  ];
};
