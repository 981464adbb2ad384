// Before any test: the compiled packages are brought up to date, so that none is tried as it was before an edit.
import { compileIfStale } from '../../packages/nx-plugin/fresh.mjs';

export default compileIfStale;
