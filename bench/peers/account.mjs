/** The account that every server of the benchmarks knows; Samba asks for a password of some strength. */
export const ACCOUNT = { domain: 'LAB', user: 'Administrator', password: 'P4ssw0rd.Lab' };
/** Of each server's own KDC, and the service that it is. */
export const REALM = 'LAB.EXAMPLE';
export const SERVICE = 'host/dc1.lab.example';
