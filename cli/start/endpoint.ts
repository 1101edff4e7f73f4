export { ENDPOINT_RULE, readEndpoint } from '../../console/ui/parts/endpoint.ts';
