// The domain of a mail address.

/** What follows the address's last `@`. */
export const domainOf = (address: string): string => address.slice(address.lastIndexOf("@") + 1);
