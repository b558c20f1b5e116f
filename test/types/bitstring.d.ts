/** The part of the library that the tests call; it comes without types. */
declare module '@digitalbazaar/vc-bitstring-status-list' {
  interface Checked {
    verified: boolean;
    error?: Error;
    results?: { verified: boolean; status: boolean; credentialStatus: { statusPurpose: string } }[];
  }
  export function checkStatus(options: {
    credential: object;
    documentLoader: (url: string) => Promise<{ document: unknown }>;
    /** False: the list's own proof is a JWT, which the caller verifies. */
    verifyBitstringStatusListCredential: boolean;
    /** False: the list is the service's, the credential an organization's. */
    verifyMatchingIssuers: boolean;
  }): Promise<Checked>;
}
