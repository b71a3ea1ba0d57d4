interface Answer {
  readonly ptype: string | number;
  readonly status?: number;
  readonly value?: unknown;
}

/**
 * How a call ended: the status of a fault, or the HRESULT or error_status_t that an operation returned; undefined for
 * what is no answer, and where the answer could not be read. Of the management interface the out parameter `status`
 * tells, as `is_server_listening` returns a truth value (C706 appendix Q).
 */
export function resultOf({ ptype, status, value }: Answer): number | undefined {
  if (status !== undefined) return status;
  if (ptype !== 'response' || typeof value !== 'object' || value === null) return undefined;
  const { status: out, ReturnValue } = value as Record<string, unknown>;
  const result = out ?? ReturnValue;
  return typeof result === 'number' ? result : undefined;
}
