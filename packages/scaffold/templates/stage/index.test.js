import { test } from 'node:test';
import { conformance, sampleFeatures } from '@layerwise/conformance';
import { stage } from './index.js';

const inputs = async (sizes) => ({ features: await sampleFeatures(sizes) });

for (const { name, run } of conformance(stage, { params: { topK: 12 }, inputs })) test(name, run);
