import { serve } from '@layerwise/kernels/threads';
import { perform, type Ground, type Job } from './jobs.js';

serve<Ground, Job>(perform);
