/** What a server says goes to a terminal: as one line, without what a terminal would obey. */
export const oneLine = (text: string): string => text.replaceAll(/\p{Cc}+/gu, ' ').trim();
