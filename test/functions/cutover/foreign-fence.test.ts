import { describe, expect, it } from 'vitest';
import { unlessFenced } from '../../../functions/cutover/fence/foreign-fence.ts';
import { SOURCE } from '../support/nodes.ts';

const WRITING = new Set(['set', 'del', 'config']);
const look =
  (users: string[], writing: ReadonlySet<string> = WRITING) =>
  () =>
    unlessFenced(
      { nodeGroupId: '0001', endpoint: SOURCE, role: 'primary', connection: 'c', before: { users } },
      writing,
    );

describe('the fence of another migration', () => {
  it('is found by the words that every user has who could write', () => {
    expect(look(['default +@all -@write -publish', 'off -@all'])).toThrow(/takes no writes already/);
    expect(look(['default +@all -@write -publish', 'app +@all'])).not.toThrow();
  });

  it('is found beside users whose reading commands are told one by one, as before 7.0', () => {
    expect(look(['default +@all -@write -publish', 'reader -@all +get +mget'])).toThrow(/takes no writes already/);
  });

  it('is none where such a user has a command that writes or publishes', () => {
    for (const one of ['+set', '+SET', '+publish', '+config|set']) {
      expect(look(['default +@all -@write -publish', `writer -@all +get ${one}`])).not.toThrow();
    }
  });

  it('is none where nobody knows which commands write, and somebody has one', () => {
    expect(look(['default +@all -@write -publish', 'reader -@all +get'], new Set())).not.toThrow();
  });
});
