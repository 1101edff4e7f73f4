/** `127.0.0.0/8`, as a URL spells whatever address of it was written, and the two names of the same. */
const LOOPBACK = /^(127\.\d+\.\d+\.\d+|localhost|\[::1\])$/;

/** Whether nobody on the way can read what is sent there: it is encrypted, or does not leave this machine. */
export const isPrivateUrl = (text: string): boolean => {
  const url = URL.parse(text);
  if (url === null) return false;
  return url.protocol === 'https:' || (url.protocol === 'http:' && LOOPBACK.test(url.hostname));
};
