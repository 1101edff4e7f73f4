type Member = Record<string, unknown>;

/** `CustomerNodeEndpointList` in this API's spelling; what is no endpoint, or says more, stays for the API to judge. */
export const toEndpoints = (list: unknown): unknown =>
  Array.isArray(list)
    ? list.map((one: Member | null) => {
        if (typeof one !== 'object' || one === null) return one;
        const { Address, Port, ...rest } = one;
        return {
          ...rest,
          ...(Address !== undefined && { address: Address }),
          ...(Port !== undefined && { port: Port }),
        };
      })
    : list;
