import { describe, expect, it } from 'vitest';
import { isTransient, naming } from '../../../functions/adapters/transient.ts';

const fault = (change: object) => Object.assign(new Error('x'), change);

describe('a fault that may pass', () => {
  it.each([
    { name: 'ThrottlingException' },
    { name: 'APICallRateForCustomerExceeded' },
    { name: 'ProvisionedThroughputExceededException' },
    { name: 'TimeoutError' },
    { code: 'ECONNRESET' },
    { code: 'ECONNREFUSED' },
    { code: 'EAI_AGAIN' },
    { $fault: 'server' },
    { $metadata: { httpStatusCode: 503 } },
    { $metadata: { httpStatusCode: 429 } },
  ])('is %j', (change) => {
    expect(isTransient(fault(change))).toBe(true);
  });

  it.each([
    { name: 'ValidationException', $fault: 'client', $metadata: { httpStatusCode: 400 } },
    { name: 'AccessDeniedException', $fault: 'client' },
    { name: 'InvalidReplicationGroupStateFault', $fault: 'client' },
    { code: 'invalid-request' },
    {},
  ])('is not %j', (change) => {
    expect(isTransient(fault(change))).toBe(false);
  });

  it.each([undefined, null, 'text', 7])('is not %s', (error) => {
    expect(isTransient(error)).toBe(false);
  });

  it('gets its name, and keeps its cause', async () => {
    const cause = fault({ code: 'ECONNRESET' });

    await expect(naming('Read lock', () => Promise.reject(cause))).rejects.toMatchObject({
      name: 'TransientServiceError',
      message: 'Read lock: Error: x',
      cause,
    });
  });

  it('is the only one that gets a name', async () => {
    const error = new TypeError('x');

    await expect(naming('Read lock', () => Promise.reject(error))).rejects.toBe(error);
    await expect(naming('Read lock', async () => 1)).resolves.toBe(1);
  });
});
