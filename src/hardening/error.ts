/** What a person gave (a date, a registry value, a Windows version) does not exist; one line that says what does. */
export class PolicyInputError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'PolicyInputError';
  }
}
