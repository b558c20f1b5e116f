/** Starts the desk in the browser. Each file names the functions that the desk's views can call. */
import './frame/form-parts.ts';
import './frame/list-script.ts';
import './plans/plan-script.ts';
import './objections/objection-script.ts';
import './certificates/certificate-script.ts';
import './batches/batch-script.ts';
import './calendar/calendar-script.ts';
import './filings/file-script.ts';
import './keys/key-script.ts';
import './draws/draw-script.ts';
import { start } from './frame/shell.ts';

start();
