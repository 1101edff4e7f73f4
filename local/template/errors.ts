/** The template says something that the embedded AWS does not play, or that means nothing. The message names the place. */
export class TemplateError extends Error {
  override readonly name = 'TemplateError' as const;
}

/** A parameter's value breaks the template's own rule for it. */
export class TemplateParameterError extends Error {
  override readonly name = 'TemplateParameterError' as const;
}
