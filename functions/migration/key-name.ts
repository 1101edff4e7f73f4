/** The name of a key, for a person to read. */
export interface PrintedName {
  /** Printable: other bytes as \xNN, cut to so many characters. */
  key: string;
  /** The name's bytes, where the text is not the name itself and they are few. */
  keyBase64?: string;
}

const NAME_CHARACTERS = 120;
const BASE64_BYTES = 90;

/** A name that may be any bytes as text of bounded length, and its bytes where the text is not exact and they are few. */
export const printable = (key: Buffer): PrintedName => {
  let text = '';
  let [shown, exact] = [0, true];
  for (; shown < key.length && text.length < NAME_CHARACTERS; shown++) {
    const byte = key[shown] ?? 0;
    const plain = byte >= 0x20 && byte < 0x7f && byte !== 0x5c;
    text += plain ? String.fromCharCode(byte) : `\\x${byte.toString(16).padStart(2, '0')}`;
    exact &&= plain;
  }
  const whole = shown === key.length;
  return {
    key: whole ? text : `${text}… (${key.length} bytes)`,
    ...(!(exact && whole) && key.length <= BASE64_BYTES && { keyBase64: key.toString('base64') }),
  };
};

/**
 * What stands for a name, as it is printed: the same for the same name, and nobody without its secret can tell which. Of a
 * long name it is that of its beginning and its length, wherever it is told.
 */
export type Redaction = (printed: PrintedName['key']) => string;

/** How names of keys are told. */
export interface KeyNames {
  /**
   * undefined where names are told as they are.
   *
   * @throws TransientServiceError; no name is told then
   */
  redaction(): Promise<Redaction | undefined>;
}

export const AS_THEY_ARE: KeyNames = { redaction: async () => undefined };
