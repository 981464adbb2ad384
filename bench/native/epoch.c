/*
 * Whole training epochs in C, to learn what vectors wider than WebAssembly's 128 bits would bring.
 *
 * A prototype, not a part of the pipeline (docs/decisions/142-native-kernel.md).
 * Vectorised across outputs: every sum runs over its inputs (or rows) in order, in one lane, so that the weights have
 * the same bytes for 4, 8 and 16 lanes and for one thread and two. First layer sparse, gradients fused with the update,
 * as in packages/kernels/assembly. Layers are padded to 32 nodes.
 *
 *   gcc -O3 -march=native -ffp-contract=off -DLANES=16 epoch.c -o epoch -lm -lpthread
 *   ./epoch <data folder> exp3|ex4|1000-500|784-196|800 <threads> <epochs>
 *
 * Prints a line of JSON: seconds and processor seconds of each epoch, accuracy on the test images, a hash of the weights.
 */
#define _GNU_SOURCE
#include <immintrin.h>
#include <math.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#ifndef LANES
#define LANES 16
#endif
typedef float vec __attribute__((vector_size(4 * LANES), aligned(4)));
#if LANES == 16
#define FMA(a, b, c) ((vec)_mm512_fmadd_ps((__m512)(a), (__m512)(b), (__m512)(c)))
#define ALL(a) ((vec)_mm512_set1_ps(a))
#define ROOT(a) ((vec)_mm512_sqrt_ps((__m512)(a)))
#define ROWS 12 /* rows of a register block */
#define WIDTH 2 /* vectors of a register block */
#define PANEL 8 /* vectors of outputs that a sparse sum keeps in registers */
#elif LANES == 8
#define FMA(a, b, c) ((vec)_mm256_fmadd_ps((__m256)(a), (__m256)(b), (__m256)(c)))
#define ALL(a) ((vec)_mm256_set1_ps(a))
#define ROOT(a) ((vec)_mm256_sqrt_ps((__m256)(a)))
#define ROWS 6
#define WIDTH 2
#define PANEL 8
#else
#define FMA(a, b, c) ((vec)_mm_fmadd_ps((__m128)(a), (__m128)(b), (__m128)(c)))
#define ALL(a) ((vec)_mm_set1_ps(a))
#define ROOT(a) ((vec)_mm_sqrt_ps((__m128)(a)))
#define ROWS 6
#define WIDTH 2
#define PANEL 12
#endif
#define BLOCK (WIDTH * LANES)
#define PIXELS 784
#define CLASSES 10
#define MOST_LAYERS 4

typedef int mask __attribute__((vector_size(4 * LANES)));

static inline vec *at(float *p) { return (vec *)p; }
static inline vec where(vec value, vec fires) { return (vec)((mask)value & (fires > 0)); }
static void *room(size_t bytes) {
  void *p = aligned_alloc(64, (bytes + 127) / 64 * 64);
  memset(p, 0, bytes);
  return p;
}

/* One layer: weights (in, out), out padded to whole blocks; moments beside them. */
typedef struct {
  int in, out;
  float *w, *m, *v, *b, *bm, *bv; /* (in, out), (out) */
  float *a, *delta;               /* (batch, out) */
} Layer;

static Layer layers[MOST_LAYERS];
static int depth, batch, adam, threads, rows;
static uint8_t *pixels, *labels, *tests, *testLabels;
static int *first;              /* (rows + 1): where the lit pixels of a row begin */
static uint16_t *lit;           /* their columns */
static float *ink;              /* their values, 0 to 1 */
static int *order, split;       /* rows of the epoch; first pixel of the second thread */
static long step;
static float decay[4096];       /* rho^k */
static long touched[PIXELS];    /* step of the last update of a pixel's weights (RMSprop) */
static float rate1;             /* Adam's corrected rate */

static atomic_int waiting, phase;
static void meet(void) {
  if (threads == 1) return;
  int now = atomic_load(&phase);
  if (atomic_fetch_add(&waiting, 1) == threads - 1) {
    atomic_store(&waiting, 0);
    atomic_fetch_add(&phase, 1);
  } else
    for (int spins = 0; atomic_load_explicit(&phase, memory_order_acquire) == now; spins++)
      if (spins < 2000) _mm_pause();
      else sched_yield();
}

/* Rounds as the kernels do: g is the gradient of LANES weights. */
static inline void update(float *w, float *m, float *v, vec g) {
  if (adam) {
    vec first = FMA(ALL(0.1f), g, ALL(0.9f) * *at(m)), second = FMA(ALL(0.001f) * g, g, ALL(0.999f) * *at(v));
    *at(m) = first, *at(v) = second;
    *at(w) -= ALL(rate1) * first / (ROOT(second) + ALL(1e-7f));
  } else {
    vec second = FMA(ALL(0.1f) * g, g, ALL(0.9f) * *at(v));
    *at(v) = second;
    *at(w) -= ALL(1e-3f) * g / ROOT(second + ALL(1e-7f));
  }
}

/* c[r][q] += sum over k of a[r * ra + k * ka] * panel[k][q]: the register block. */
#define MULTIPLY(R)                                                                                                    \
  for (int k = 0; k < K; k++) {                                                                                        \
    vec b[WIDTH];                                                                                                      \
    for (int q = 0; q < WIDTH; q++) b[q] = *at(panel + k * BLOCK + q * LANES);                                          \
    _Pragma("GCC unroll 16") for (int r = 0; r < R; r++) {                                                             \
      vec x = ALL(a[r * ra + k * ka]);                                                                                 \
      _Pragma("GCC unroll 4") for (int q = 0; q < WIDTH; q++) c[r][q] = FMA(x, b[q], c[r][q]);                          \
    }                                                                                                                  \
  }

static float *panels[2];

/* Forward: a_out = activation(a_in W + b) of rows from..to; the first layer from lists of lit pixels. */
static void sparseForward(Layer *l, int base, int from, int to) {
  for (int o = 0; o < l->out; o += PANEL * LANES) {
    int n = (l->out - o) / LANES < PANEL ? (l->out - o) / LANES : PANEL;
    for (int r = from; r < to; r++) {
      int row = order[base + r];
      vec s[PANEL];
      if (n == PANEL) {
        for (int q = 0; q < PANEL; q++) s[q] = *at(l->b + o + q * LANES);
        for (int e = first[row]; e < first[row + 1]; e++) {
          float *w = l->w + (size_t)lit[e] * l->out + o;
          vec x = ALL(ink[e]);
          for (int q = 0; q < PANEL; q++) s[q] = FMA(x, *at(w + q * LANES), s[q]);
        }
        for (int q = 0; q < PANEL; q++) *at(l->a + r * l->out + o + q * LANES) = where(s[q], s[q]);
      } else
        for (int q = 0; q < n; q++) {
          vec t = *at(l->b + o + q * LANES);
          for (int e = first[row]; e < first[row + 1]; e++)
            t = FMA(ALL(ink[e]), *at(l->w + (size_t)lit[e] * l->out + o + q * LANES), t);
          *at(l->a + r * l->out + o + q * LANES) = where(t, t);
        }
    }
  }
}

static void denseForward(Layer *l, float *input, int from, int to, int relu, float *panel) {
  int K = l->in, ra = l->in, ka = 1;
  for (int o = 0; o < l->out; o += BLOCK) {
    for (int k = 0; k < K; k++) memcpy(panel + k * BLOCK, l->w + (size_t)k * l->out + o, 4 * BLOCK);
    for (int r0 = from; r0 < to; r0 += ROWS) {
      int n = to - r0 < ROWS ? to - r0 : ROWS;
      vec c[ROWS][WIDTH];
      float *a = input + (size_t)r0 * l->in;
      for (int r = 0; r < ROWS; r++)
        for (int q = 0; q < WIDTH; q++) c[r][q] = *at(l->b + o + q * LANES);
      if (n == ROWS) { MULTIPLY(ROWS) } else { MULTIPLY(n) }
      for (int r = 0; r < n; r++)
        for (int q = 0; q < WIDTH; q++) {
          vec z = c[r][q];
          *at(l->a + (size_t)(r0 + r) * l->out + o + q * LANES) = relu ? where(z, z) : z;
        }
    }
  }
}

static void softmax(Layer *l, int base, int from, int to, float *sum, int *right) {
  for (int r = from; r < to; r++) {
    float *z = l->a + r * l->out, *d = l->delta + r * l->out, most = z[0], total = 0;
    int best = 0, label = labels[order[base + r]];
    for (int c = 1; c < CLASSES; c++)
      if (z[c] > most) most = z[best = c];
    for (int c = 0; c < CLASSES; c++) total += d[c] = expf(z[c] - most);
    for (int c = 0; c < CLASSES; c++) d[c] = (d[c] / total - (c == label)) / batch;
    *sum += logf(total) - (z[label] - most), *right += best == label;
  }
}

/* Backward: delta of the layer before = (delta W^T) where it fired; vectorised across its outputs. */
static void backward(Layer *l, Layer *before, int from, int to, float *panel) {
  int K = l == layers + depth - 1 ? CLASSES : l->out, ra = l->out, ka = 1;
  for (int o = 0; o < before->out; o += BLOCK) {
    for (int q = 0; q < BLOCK; q++)
      for (int k = 0; k < K; k++) panel[k * BLOCK + q] = l->w[(size_t)(o + q) * l->out + k];
    for (int r0 = from; r0 < to; r0 += ROWS) {
      int n = to - r0 < ROWS ? to - r0 : ROWS;
      vec c[ROWS][WIDTH];
      float *a = l->delta + (size_t)r0 * l->out;
      memset(c, 0, sizeof c);
      if (n == ROWS) { MULTIPLY(ROWS) } else { MULTIPLY(n) }
      for (int r = 0; r < n; r++)
        for (int q = 0; q < WIDTH; q++) {
          size_t i = (size_t)(r0 + r) * before->out + o + q * LANES;
          *at(before->delta + i) = where(c[r][q], *at(before->a + i));
        }
    }
  }
}

/* Gradient of the weights of inputs from..to, summed over the batch's rows in order, and at once the update. */
static void denseUpdate(Layer *l, float *input, int from, int to, float *panel) {
  int K = batch, ra = 1, ka = l->in;
  for (int o = 0; o < l->out; o += BLOCK) {
    for (int k = 0; k < K; k++) memcpy(panel + k * BLOCK, l->delta + (size_t)k * l->out + o, 4 * BLOCK);
    for (int i0 = from; i0 < to; i0 += ROWS) {
      int n = to - i0 < ROWS ? to - i0 : ROWS;
      vec c[ROWS][WIDTH];
      float *a = input + i0;
      memset(c, 0, sizeof c);
      if (n == ROWS) { MULTIPLY(ROWS) } else { MULTIPLY(n) }
      for (int r = 0; r < n; r++)
        for (int q = 0; q < WIDTH; q++) {
          size_t i = (size_t)(i0 + r) * l->out + o + q * LANES;
          update(l->w + i, l->m + i, l->v + i, c[r][q]);
        }
    }
  }
}

/* The same of the first layer, from the lists of rows that light a pixel. */
typedef struct { int count[PIXELS + 1]; uint16_t *row; float *value; } Lists;
static Lists lists[2];

static void transpose(Lists *t, int base, int from, int to) {
  memset(t->count, 0, sizeof t->count);
  for (int r = 0; r < batch; r++)
    for (int e = first[order[base + r]]; e < first[order[base + r] + 1]; e++)
      if (lit[e] >= from && lit[e] < to) t->count[lit[e] + 1]++;
  for (int p = 0; p < PIXELS; p++) t->count[p + 1] += t->count[p];
  int next[PIXELS];
  memcpy(next, t->count, sizeof next);
  for (int r = 0; r < batch; r++)
    for (int e = first[order[base + r]]; e < first[order[base + r] + 1]; e++)
      if (lit[e] >= from && lit[e] < to) t->row[next[lit[e]]] = r, t->value[next[lit[e]]++] = ink[e];
}

static void sparseUpdate(Layer *l, Lists *t, int from, int to) {
  for (int p = from; p < to; p++) {
    int begin = t->count[p], end = t->count[p + 1];
    if (!adam && begin == end) continue; /* RMSprop: its decay is caught up when the pixel is next lit */
    float late = adam ? 1 : decay[step - 1 - touched[p] < 4095 ? step - 1 - touched[p] : 4095];
    touched[p] = step;
    for (int o = 0; o < l->out; o += PANEL * LANES) {
      int n = (l->out - o) / LANES < PANEL ? (l->out - o) / LANES : PANEL;
      vec s[PANEL];
      memset(s, 0, sizeof s);
      if (n == PANEL)
        for (int e = begin; e < end; e++) {
          float *d = l->delta + t->row[e] * l->out + o;
          vec x = ALL(t->value[e]);
          for (int q = 0; q < PANEL; q++) s[q] = FMA(x, *at(d + q * LANES), s[q]);
        }
      else
        for (int e = begin; e < end; e++)
          for (int q = 0; q < n; q++) s[q] = FMA(ALL(t->value[e]), *at(l->delta + t->row[e] * l->out + o + q * LANES), s[q]);
      for (int q = 0; q < n; q++) {
        size_t i = (size_t)p * l->out + o + q * LANES;
        if (!adam) *at(l->v + i) *= ALL(late);
        update(l->w + i, l->m + i, l->v + i, s[q]);
      }
    }
  }
}

static void biases(Layer *l) {
  for (int o = 0; o < l->out; o += LANES) {
    vec s = ALL(0);
    for (int r = 0; r < batch; r++) s += *at(l->delta + r * l->out + o);
    update(l->b + o, l->bm + o, l->bv + o, s);
  }
}

static float sums[2];
static int rights[2];

static void epochOf(int t) {
  int from = (long)batch * t / threads, to = (long)batch * (t + 1) / threads;
  for (int base = 0; base + batch <= rows; base += batch) {
    if (t == 0) {
      step++;
      rate1 = 1e-3 * sqrt(1 - pow(0.999, step)) / (1 - pow(0.9, step));
    }
    sparseForward(layers, base, from, to);
    for (int l = 1; l < depth; l++) denseForward(layers + l, layers[l - 1].a, from, to, l < depth - 1, panels[t]);
    softmax(layers + depth - 1, base, from, to, sums + t, rights + t);
    for (int l = depth - 1; l > 0; l--) backward(layers + l, layers + l - 1, from, to, panels[t]);
    int p0 = t ? split : 0, p1 = t == threads - 1 ? PIXELS : split;
    transpose(lists + t, base, p0, p1);
    meet();
    sparseUpdate(layers, lists + t, p0, p1);
    for (int l = 1; l < depth; l++) {
      int in = layers[l].in;
      denseUpdate(layers + l, layers[l - 1].a, in * t / threads, in * (t + 1) / threads, panels[t]);
    }
    if (t == threads - 1) for (int l = 0; l < depth; l++) biases(layers + l);
    meet();
  }
}
static void *worker(void *t) {
  epochOf((int)(intptr_t)t);
  return 0;
}

static uint64_t seed = 43;
static uint32_t draw(void) {
  seed = seed * 6364136223846793005ull + 1442695040888963407ull;
  return seed >> 33;
}
static uint8_t *load(const char *folder, const char *name, size_t *bytes) {
  char path[4096];
  snprintf(path, sizeof path, "%s/%s", folder, name);
  FILE *f = fopen(path, "rb");
  if (!f) { perror(path); exit(1); }
  fseek(f, 0, SEEK_END);
  *bytes = ftell(f);
  rewind(f);
  uint8_t *p = malloc(*bytes);
  if (fread(p, 1, *bytes, f) != *bytes) exit(1);
  fclose(f);
  return p;
}
static void add(int in, int out) {
  Layer *l = layers + depth++;
  int padded = (out + 31) / 32 * 32;
  l->in = in, l->out = padded;
  size_t n = (size_t)(in + 32) * padded;
  l->w = room(4 * n), l->m = room(4 * n), l->v = room(4 * n);
  l->b = room(4 * padded), l->bm = room(4 * padded), l->bv = room(4 * padded);
  l->a = room(4L * (batch + ROWS) * padded), l->delta = room(4L * (batch + ROWS) * padded);
  double limit = sqrt(6.0 / (in + out));
  for (int i = 0; i < in; i++)
    for (int o = 0; o < out; o++) l->w[(size_t)i * padded + o] = (draw() / 2147483648.0 * 2 - 1) * limit;
}
static double clockSeconds(clockid_t which) {
  struct timespec t;
  clock_gettime(which, &t);
  return t.tv_sec + 1e-9 * t.tv_nsec;
}
static double accuracy(int n) { /* of the test images, plainly */
  int right = 0;
  float *x = malloc(4 * 2048), *y = malloc(4 * 2048);
  for (int r = 0; r < n; r++) {
    for (int i = 0; i < PIXELS; i++) x[i] = tests[r * PIXELS + i] / 255.0f;
    for (int l = 0; l < depth; l++) {
      memcpy(y, layers[l].b, 4 * layers[l].out);
      for (int i = 0; i < layers[l].in; i++)
        if (x[i] != 0) for (int o = 0; o < layers[l].out; o++) y[o] += x[i] * layers[l].w[(size_t)i * layers[l].out + o];
      if (l < depth - 1) for (int o = 0; o < layers[l].out; o++) y[o] = y[o] > 0 ? y[o] : 0;
      memcpy(x, y, 4 * layers[l].out);
    }
    int best = 0;
    for (int c = 1; c < CLASSES; c++) if (x[c] > x[best]) best = c;
    right += best == testLabels[r];
  }
  return (double)right / n;
}

int main(int argc, char **argv) {
  if (argc < 5) return fprintf(stderr, "epoch <data folder> exp3|ex4|1000-500|784-196|800 <threads> <epochs>\n"), 2;
  const char *net = argv[2];
  threads = atoi(argv[3]);
  size_t bytes, trainCount, testCount;
  uint8_t *all = load(argv[1], "train-images.u8", &bytes), *allLabels = load(argv[1], "train-labels.u8", &trainCount);
  tests = load(argv[1], "test-images.u8", &bytes), testLabels = load(argv[1], "test-labels.u8", &testCount);
  int ex4 = !strcmp(net, "ex4"), skip = ex4 ? 0 : trainCount / 12;
  rows = ex4 ? trainCount / 10 * 7 : trainCount - skip, pixels = all + (size_t)skip * PIXELS, labels = allLabels + skip;
  adam = strcmp(net, "exp3") != 0;
  if (!adam) batch = 32, add(PIXELS, 128);
  else if (ex4) batch = 512, add(PIXELS, 512), add(512, 256);
  else if (!strcmp(net, "800")) batch = 256, add(PIXELS, 800);
  else if (!strcmp(net, "1000-500")) batch = 256, add(PIXELS, 1024), add(1024, 512);
  else batch = 1000, add(PIXELS, 800), add(800, 224);
  add(layers[depth - 1].out, CLASSES);
  first = malloc(4L * (rows + 1)), order = malloc(4L * rows);
  size_t lits = 0;
  for (size_t i = 0; i < (size_t)rows * PIXELS; i++) lits += pixels[i] != 0;
  lit = malloc(2 * lits), ink = malloc(4 * lits);
  size_t e = 0, share[PIXELS] = {0};
  for (int r = 0; r < rows; r++) {
    first[r] = e;
    for (int p = 0; p < PIXELS; p++)
      if (pixels[(size_t)r * PIXELS + p]) lit[e] = p, ink[e++] = pixels[(size_t)r * PIXELS + p] / 255.0f, share[p]++;
  }
  first[rows] = e;
  for (size_t half = 0; split < PIXELS && half < lits / 2; split++) half += share[split];
  if (threads == 1) split = PIXELS;
  for (int t = 0; t < 2; t++) {
    panels[t] = room(4L * 4096 * BLOCK);
    lists[t].row = malloc(2L * batch * PIXELS), lists[t].value = malloc(4L * batch * PIXELS);
  }
  decay[0] = 1;
  for (int k = 1; k < 4096; k++) decay[k] = decay[k - 1] * 0.9f;
  printf("{\"lanes\":%d,\"threads\":%d,\"net\":\"%s\",\"seconds\":[", LANES, threads, net);
  int epochs = atoi(argv[4]);
  double *used = malloc(sizeof *used * epochs);
  for (int ep = 0; ep < epochs; ep++) {
    for (int r = 0; r < rows; r++) order[r] = r;
    for (int r = rows - 1; r > 0; r--) {
      int o = draw() % (r + 1), s = order[r];
      order[r] = order[o], order[o] = s;
    }
    double start = clockSeconds(CLOCK_MONOTONIC), cpu = clockSeconds(CLOCK_PROCESS_CPUTIME_ID);
    pthread_t second;
    if (threads == 2) pthread_create(&second, 0, worker, (void *)1);
    epochOf(0);
    if (threads == 2) pthread_join(second, 0);
    used[ep] = clockSeconds(CLOCK_PROCESS_CPUTIME_ID) - cpu;
    printf("%s%.4f", ep ? "," : "", clockSeconds(CLOCK_MONOTONIC) - start);
  }
  uint32_t hash = 2166136261u;
  for (int l = 0; l < depth; l++)
    for (size_t i = 0; i < (size_t)layers[l].in * layers[l].out; i++) {
      uint32_t u;
      memcpy(&u, layers[l].w + i, 4);
      hash = (hash ^ u) * 16777619u;
    }
  printf("],\"cpuSeconds\":[");
  for (int ep = 0; ep < epochs; ep++) printf("%s%.4f", ep ? "," : "", used[ep]);
  struct rusage use;
  getrusage(RUSAGE_SELF, &use);
  printf("],\"accuracy\":%.4f,\"hash\":\"%08x\",\"peakMB\":%.1f}\n", accuracy(testCount), hash, use.ru_maxrss / 1024.0);
}
