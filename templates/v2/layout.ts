/**
 * What stands elsewhere on the certificate, version 2, than on version 1. FROZEN ONCE USED: a change makes
 * templates/v3.
 */
/** The QR code with its quiet zone fills this square; at the longest seal (version 11) a module is 0.76 mm. */
export const QR = { x: 28, y: 190.5, side: 52.5 };
