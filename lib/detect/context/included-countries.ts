import { createRequire } from "node:module";

/**
 * The database of countries that comes with this package as an optional dependency: public
 * domain, made of what the registries of addresses say.
 *
 * @returns its path; nothing when it is not installed
 */
export function includedCountries(): string | undefined {
  try {
    return createRequire(import.meta.url).resolve(
      "@ip-location-db/geo-whois-asn-country-mmdb/geo-whois-asn-country.mmdb",
    );
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "MODULE_NOT_FOUND") return undefined;
    throw error;
  }
}

/** What to do when it is not installed. */
export const INSTALL_COUNTRIES =
  "the included database of countries is not installed: npm install @ip-location-db/geo-whois-asn-country-mmdb, or name a file";
