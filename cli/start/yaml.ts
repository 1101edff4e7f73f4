/** Imported only where YAML is read. By name, since a bundle has no named exports of a CommonJS package that is imported late. */
export { parse } from 'yaml';
