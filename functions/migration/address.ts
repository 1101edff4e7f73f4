/** A DNS name or an address: what AWS takes as a customer node endpoint's address. */
export const ADDRESS = /^[A-Za-z0-9](?:[A-Za-z0-9._:-]{0,253}[A-Za-z0-9])?$/;
