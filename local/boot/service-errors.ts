import { randomUUID } from 'node:crypto';

/** How Step Functions words the cause of an error that a service answered with. */
export const serviceCause = (service: string, status: number, message: string): string =>
  `${message} (Service: ${service}, Status Code: ${status}, Request ID: ${randomUUID()})`;

/** What optimized integrations add to a service's own answer. */
export const sdkMetadata = (requestId: string = randomUUID()) => ({
  SdkHttpMetadata: { HttpStatusCode: 200 },
  SdkResponseMetadata: { RequestId: requestId },
});
