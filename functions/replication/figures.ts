/** The sum, if every one is known. */
export const sumOf = (figures: readonly (number | undefined)[]): number | undefined =>
  figures.length > 0 && figures.every((figure) => figure !== undefined)
    ? figures.reduce<number>((sum, figure) => sum + (figure as number), 0)
    : undefined;

/** The largest, if every one is known. */
export const maxOf = (figures: readonly (number | undefined)[]): number | undefined =>
  figures.length > 0 && figures.every((figure) => figure !== undefined)
    ? Math.max(...(figures as number[]))
    : undefined;
