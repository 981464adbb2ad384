#!/usr/bin/env node
import '@layerwise/cli/bin';
