/** One user as ACL LIST tells it, taken apart. The order within each part is the server's. */
export interface AclUser {
  name: string;
  /** What is not about commands: `on`, passwords, keys, channels. */
  others: string[];
  /** `+@all`, `-@dangerous`, `+config|get`. The first one is the base that the others change. */
  commands: string[];
  /** From 7.0 on, each with its parentheses: a set of permissions beside the user's own. */
  selectors: string[];
}

/**
 * @param line without the word `user`. As Redis itself does it, a word that begins with `(` begins a selector, which ends with
 * the first word that ends with `)`.
 */
export const parseUser = (line: string): AclUser => {
  const [name = '', ...words] = line.split(' ');
  const user: AclUser = { name, others: [], commands: [], selectors: [] };
  let selector: string[] | undefined;
  for (const word of words) {
    if (selector || word.startsWith('(')) {
      selector = [...(selector ?? []), word];
      if (!word.endsWith(')')) continue;
      user.selectors.push(selector.join(' '));
      selector = undefined;
    } else if (/^[+-]|^(all|no)commands$/.test(word)) user.commands.push(word);
    else if (word !== '') user.others.push(word);
  }
  return user;
};
