// Before any test: the compiled packages are brought up to date, so that none is tried as it was before an edit.
import { ensureBuilt } from '../../packages/nx-plugin/ensure-built.mjs';

export default ensureBuilt;
