/** Owns which functions the desk's views can call: each file names its own. */
import './files.ts';
import './lists.ts';
import './batches.ts';
import './plans.ts';
import './objections.ts';
import './photos.ts';
import './certificates.ts';
import './centre-approve.ts';
import './centre-calendar.ts';
import './centre-filing.ts';
import './filing-review.ts';
import './centre-trail.ts';
import './centre-withdraw.ts';
import './draws.ts';
