/** The view of a migration, as far as the demo shows it. The API answers more. */
export interface MigrationView {
  migrationId: string;
  status: string;
  statusReason: string;
  phase: string;
  waitingFor?: string;
  allowedActions: string[];
  outcome?: string;
  progress?: {
    bytesCopied?: number;
    bytesTotal?: number;
    percent?: number;
    lagBytes?: number;
    etaSeconds?: number;
  };
  verification?: {
    progress?: {
      percent: number;
      keysDone: number;
      keysTotal: number;
      keysPerSecond?: number;
      etaSeconds?: number;
    };
  };
  phases: { phase: string; at: string }[];
  stoppedAt?: string;
  failure?: { error: string; cause: string };
}

/** What the preflight found, as far as the demo shows it. */
export interface Preflight {
  checks: number;
  findings: { id: string; severity: string; found: string; waived?: true }[];
  forecast: {
    verdict: string;
    why: string;
    copyBytes?: number;
    syncSeconds?: { low: number; high: number };
    peakBufferBytes?: { low: number; high: number };
    limit?: { hardBytes: number };
  };
}

/** The API said no; its problem document is in the message. */
export class ApiRefusedError extends Error {
  override readonly name = 'ApiRefusedError';

  constructor(request: string, status: number, text: string) {
    super(`${request} answered ${status}: ${text.slice(0, 2000)}`);
  }
}

/** The migrations API over HTTP, as any client would use it. */
export const apiClient = (apiUrl: string) => {
  const call = async (method: string, path: string, body?: unknown) => {
    const response = await fetch(`${apiUrl}${path}`, {
      method,
      ...(body !== undefined && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    });
    const text = await response.text();
    if (!response.ok) throw new ApiRefusedError(`${method} ${path}`, response.status, text);
    return JSON.parse(text) as unknown;
  };
  return {
    start: (body: unknown) => call('POST', '/migrations', body) as Promise<{ migrationId: string }>,
    get: (migrationId: string) => call('GET', `/migrations/${migrationId}`) as Promise<MigrationView>,
    cutover: (migrationId: string, reason: string) => call('POST', `/migrations/${migrationId}/cutover`, { reason }),
  };
};
