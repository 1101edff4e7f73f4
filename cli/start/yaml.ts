/** Imported only where a file is read. By name, since a bundle has no named exports of a CommonJS package that is imported late. */
export { parseDocument } from 'yaml';
