/** A status, HRESULT or code as specifications write it: `0x00000005`. */
export const hexStatus = (status: number): string => `0x${status.toString(16).padStart(8, '0')}`;
