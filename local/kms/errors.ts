/** A refusal in KMS's words. */
export class KmsError extends Error {
  override readonly name = 'KmsError' as const;
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}
