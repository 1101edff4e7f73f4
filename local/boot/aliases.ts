/** `host:port` to `host:port`, as ElastiCache takes it. Names have no case. */
export const addressesOf = (aliases: Record<string, string>) =>
  Object.entries(aliases).map(([name, address]) => {
    const colon = address.lastIndexOf(':');
    return [name.toLowerCase(), { host: address.slice(0, colon), port: Number(address.slice(colon + 1)) }] as const;
  });
