// Removes the database that the server of this run used.
import { rmSync } from "node:fs";

export default () => rmSync(process.env.CHANTIERS_BROWSER_DATA, { recursive: true, force: true });
