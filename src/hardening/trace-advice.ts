/** What a trace comes to. */
export type TraceConclusion =
  | 'traced'
  | 'several candidates'
  | 'client address unknown'
  | 'client not Windows'
  | 'client does not log'
  | 'client logged nothing'
  | 'client event only'
  | 'clients work'
  | 'server does not enforce'
  | 'server does not log';

/** What to do then: the article's three steps and its troubleshooting, in own words. */
export const ADVICE: Readonly<Record<TraceConclusion, string>> = {
  traced:
    'have the application activate at PKT_INTEGRITY or above: ask its vendor for an update, raise its default level, or bring Windows on the client to 2022-11-08 or later',
  'several candidates':
    'each of them activates too low, so treat all; compare time, user and class to tell which one the server refused',
  'client address unknown':
    'find who has the address: an address translator, another network, a lease that has changed hands; then read the log of the client behind it',
  'client not Windows':
    'other systems log no such event and raise nothing; the vendor of its DCOM client is the only way to a fix',
  'client does not log':
    'bring the client to a Windows version that has the events, install its newest updates, delete DisableAuthenticationLevelHardeningLog, restart, then try again',
  'client logged nothing':
    'look beyond the time window and at what the log has lost; a program that brings its own DCOM, without that of Windows, logs nothing either, so ask its vendor',
  'client event only':
    'the application activates too low all the same and fails once the server enforces; see why the server has no event, and treat the application',
  'clients work':
    'most likely the clients work with the hardening by themselves, and then nothing is to be done. Silence alone is no proof: make sure that the log goes back far enough and that a client has activated since',
  'server does not enforce':
    'silence proves nothing here: install the newest updates and enable the hardening, restart, and let the clients run',
  'server does not log':
    'silence proves nothing here: bring the server to a version that has the events and its newest updates, and delete DisableAuthenticationLevelHardeningLog; where it is not Windows, ask its vendor',
};
