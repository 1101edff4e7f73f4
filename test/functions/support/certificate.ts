import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';

/** A certificate and its key, both in PEM: made here, so that no test needs a tool for it. */
export interface Certified {
  key: string;
  cert: string;
}

/** Who signs certificates: its own is `cert`. */
export interface Authority extends Certified {
  issue(wanted: Wanted): Certified;
}

export interface Wanted {
  dns?: readonly string[];
  /** Of IPv4. */
  ips?: readonly string[];
  /** Its last year; default 2049. */
  until?: number;
}

/** A certificate for nobody, signed by itself. */
export const selfSigned = (): Certified => {
  const { privateKey, publicKey } = pair();
  return pem(privateKey, certificate({ name: 'redis', issuer: 'redis', publicKey, signer: privateKey }));
};

export const makeAuthority = (name = 'authority'): Authority => {
  const { privateKey, publicKey } = pair();
  const basicConstraints = extension('551d13', der(SEQUENCE, der(BOOLEAN, Buffer.of(0xff))));
  const own = certificate({ name, issuer: name, publicKey, signer: privateKey, extensions: [basicConstraints] });
  return {
    ...pem(privateKey, own),
    issue({ dns = [], ips = [], until = 2049 }) {
      const of = pair();
      const names = [
        ...dns.map((one) => der(DNS_NAME, Buffer.from(one))),
        ...ips.map((one) => der(IP_ADDRESS, Buffer.from(one.split('.').map(Number)))),
      ];
      const extensions = names.length > 0 ? [extension('551d11', der(SEQUENCE, ...names))] : [];
      const made = { name: 'redis', issuer: name, publicKey: of.publicKey, signer: privateKey, until, extensions };
      return pem(of.privateKey, certificate(made));
    },
  };
};

const pair = () => generateKeyPairSync('ec', { namedCurve: 'P-256' });

const pem = (key: KeyObject, bytes: Buffer): Certified => {
  const lines = bytes.toString('base64').replace(/(.{64})/g, '$1\n');
  return {
    key: key.export({ type: 'pkcs8', format: 'pem' }).toString(),
    cert: `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`,
  };
};

let serial = 0;

/** X.509 (RFC 5280, 4.1), of version 3 where it has extensions, else of version 1; valid from 2020 on. */
const certificate = ({
  name,
  issuer,
  publicKey,
  signer,
  until = 2049,
  extensions = [],
}: {
  name: string;
  issuer: string;
  publicKey: KeyObject;
  signer: KeyObject;
  until?: number;
  extensions?: Buffer[];
}): Buffer => {
  const ecdsaWithSha256 = der(SEQUENCE, Buffer.from('06082a8648ce3d040302', 'hex'));
  const named = (text: string) =>
    der(SEQUENCE, der(SET, der(SEQUENCE, Buffer.from('0603550403', 'hex'), der(UTF8, Buffer.from(text)))));
  const year = (number: number) => der(UTC_TIME, Buffer.from(`${number % 100}0101000000Z`));
  const body = der(
    SEQUENCE,
    ...(extensions.length > 0 ? [der(VERSION, der(INTEGER, Buffer.of(2)))] : []),
    der(INTEGER, Buffer.of(++serial)),
    ecdsaWithSha256,
    named(issuer),
    der(SEQUENCE, year(2020), year(until)),
    named(name),
    publicKey.export({ type: 'spki', format: 'der' }),
    ...(extensions.length > 0 ? [der(EXTENSIONS, der(SEQUENCE, ...extensions))] : []),
  );
  return der(SEQUENCE, body, ecdsaWithSha256, der(BIT_STRING, Buffer.of(0), sign('sha256', body, signer)));
};

const extension = (oid: string, value: Buffer): Buffer =>
  der(SEQUENCE, der(OID, Buffer.from(oid, 'hex')), der(OCTETS, value));

const [BOOLEAN, INTEGER, BIT_STRING, OCTETS, OID, UTF8] = [0x01, 0x02, 0x03, 0x04, 0x06, 0x0c];
const [UTC_TIME, SEQUENCE, SET] = [0x17, 0x30, 0x31];
const [VERSION, EXTENSIONS, DNS_NAME, IP_ADDRESS] = [0xa0, 0xa3, 0x82, 0x87];

const der = (tag: number, ...parts: Buffer[]): Buffer => {
  const content = Buffer.concat(parts);
  const { length } = content;
  const long = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.of(tag, ...long), content]);
};
