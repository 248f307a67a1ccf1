import { createRequire } from "node:module";

const PACKAGE = "@ip-location-db/geo-whois-asn-country-mmdb";

/**
 * The database of countries that comes with this package as an optional dependency: public
 * domain, made of what the registries of addresses say.
 *
 * @returns its path; nothing when it is not installed
 */
export function includedCountries(): string | undefined {
  try {
    return createRequire(import.meta.url).resolve(`${PACKAGE}/geo-whois-asn-country.mmdb`);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "MODULE_NOT_FOUND") return undefined;
    throw error;
  }
}

/** What to do when it is not installed. */
export const INSTALL_COUNTRIES = `the included database of countries is not installed: npm install ${PACKAGE}, or name a file`;
