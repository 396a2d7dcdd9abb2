/* The limit of the bench: the subset (fixed lots, constant spread, stop and target a multiple of one
 * column) simulated by hand in C, event by event, with the five criteria of genfx. It knows nothing but
 * this subset: long and short entries as bits, no exits, a spread of whole points, tick size of a point.
 *
 * run() takes for each strategy two rows of atoms for each side (both must be true) and two factors. */
#include <math.h>
#include <stdint.h>

typedef struct {
    int64_t bars, words, spread;
    double value;    /* deposit money per point and lot */
    double lots, deposit, scale, sharpe_scale;
    const int32_t *open, *high, *low, *close;
    const int64_t *squares; /* sums of squared changes between closes */
    const double *columns; /* of bars each, quote currency */
    const uint64_t *atoms;
} market;

typedef struct {
    int64_t long_a, long_b, short_a, short_b, warmup, column;
    double stop, target;
} strategy;

static double cents(double x) {
    double size = floor(100.0 * fabs(x) + 0.5 + 1e-6);
    return x >= 0 ? size : -size;
}

typedef struct {
    double balance, peak, percent, equity, squares, won, lost, sum, sum2, product;
    int64_t deals;
} account;

static void feed(account *a, double equity) {
    if (equity > a->peak) a->peak = equity;
    double fall = a->peak - equity;
    if (fall * 100.0 > a->percent * a->peak) a->percent = fall / a->peak * 100.0;
}

static void deal(account *a, double deposit) {
    double gained = (a->balance - deposit) * 100.0;
    a->product += a->deals * gained;
    a->sum += gained;
    a->sum2 += gained * gained;
    a->deals++;
}

static void settle(account *a) {
    double change = a->balance - a->equity;
    a->squares += change * change;
    a->equity = a->balance;
}

/* Follow one trade; return the bar where the next entry may follow. A short one is mirrored. */
static int64_t ride(const market *m, const strategy *x, account *a, int64_t t, int side) {
    int64_t n = m->bars, entry_bar = t, s = side > 0 ? 0 : m->spread;
    const int32_t *low = m->low, *high = m->high, *close = m->close;
    int64_t bid = m->open[t], ask = bid + m->spread;
    const double *column = m->columns + x->column * n;
    double stop = x->stop * column[t] * m->scale, target = x->target * column[t] * m->scale;
    int64_t entry, sl, tp, fill = 0;
    if (side > 0) {
        entry = ask;
        sl = (int64_t)floor(ask - stop + 1e-6);
        tp = (int64_t)ceil(ask + target - 1e-6);
        if (sl > bid - 1) sl = bid - 1;
    } else {
        entry = bid;
        sl = (int64_t)ceil(bid + stop - 1e-6);
        tp = (int64_t)floor(bid - target + 1e-6);
        if (sl < ask + 1) sl = ask + 1;
    }
    deal(a, m->deposit); /* the entry, no commission */
    double unit = m->lots * m->value, start = a->balance - unit * side * (double)entry;
    int at_open = 0, closed = 0;
    for (;;) {
        double worst = a->peak * (1.0 - a->percent / 100.0);
        int64_t alarm = (int64_t)((worst - start) / unit) + 2, rise = (int64_t)((a->peak - start) / unit) - 1;
        if (side > 0) {
            int64_t bound = sl > alarm ? sl : alarm;
            while (t < n && low[t] > bound && high[t] < tp && close[t] < rise) t++;
            if (t == n) break;
            if (low[t] <= sl || high[t] >= tp) { closed = 1; break; }
            feed(a, start + unit * low[t]);
            if (t < n - 1) feed(a, start + unit * close[t]);
        } else {
            int64_t bound = -alarm < sl ? -alarm : sl;
            while (t < n && high[t] + s < bound && low[t] + s > tp && -(close[t] + s) < rise) t++;
            if (t == n) break;
            if (high[t] + s >= sl || low[t] + s <= tp) { closed = 1; break; }
            feed(a, start - unit * (high[t] + s));
            if (t < n - 1) feed(a, start - unit * (close[t] + s));
        }
        t++;
    }
    int64_t last = closed ? t : n - 1; /* closes of entry_bar..last-1 were held */
    if (last > entry_bar) {
        double change = start + unit * side * (double)(close[entry_bar] + s) - a->equity;
        a->squares += change * change + unit * unit * (double)(m->squares[last - 1] - m->squares[entry_bar]);
        a->equity = start + unit * side * (double)(close[last - 1] + s);
    }
    if (!closed) {
        fill = close[n - 1] + s;
        t = n;
    } else {
        int64_t o = m->open[t] + s, adverse = side > 0 ? low[t] : high[t] + s;
        if (t > entry_bar && side * (o - sl) <= 0) { fill = o; at_open = 1; }
        else if (t > entry_bar && side * (o - tp) >= 0) { fill = tp; at_open = 1; }
        else {
            fill = side * (adverse - sl) <= 0 ? sl : tp;
            if (side * (adverse - fill) < 0) adverse = fill;
            feed(a, start + unit * side * (double)adverse);
        }
    }
    double profit = cents(side * (double)(fill - entry) * m->lots * m->value) / 100.0;
    a->balance = floor((a->balance + profit) * 100.0 + 0.5) / 100.0;
    deal(a, m->deposit);
    if (profit > 0) a->won += profit; else a->lost -= profit;
    feed(a, a->balance);
    if (!at_open) settle(a);
    return closed ? (at_open ? t : t + 1) : n;
}

static void simulate(const market *m, const strategy *s, double *out) {
    account a = {m->deposit, m->deposit, 0, m->deposit, 0, 0, 0, 0, 0, 0, 0};
    const uint64_t *la = m->atoms + s->long_a * m->words, *lb = m->atoms + s->long_b * m->words;
    const uint64_t *sa = m->atoms + s->short_a * m->words, *sb = m->atoms + s->short_b * m->words;
    int64_t t = s->warmup;
    while (t < m->bars) {
        int64_t w = t >> 6;
        uint64_t mask = ~0ULL << (t & 63), word;
        while (!(word = ((la[w] & lb[w]) ^ (sa[w] & sb[w])) & mask)) {
            mask = ~0ULL;
            if (++w == m->words) break;
        }
        int64_t next = w == m->words ? m->bars : w * 64 + __builtin_ctzll(word);
        if (next > t) settle(&a);
        if (next >= m->bars) break;
        int is_long = ((la[w] & lb[w]) >> (next & 63)) & 1;
        t = ride(m, s, &a, next, is_long ? 1 : -1);
    }
    settle(&a);
    double n = (double)a.deals, bars = (double)m->bars;
    double mean = (a.equity - m->deposit) / bars;
    double variance = (a.squares - bars * mean * mean) / (bars - 1);
    double spread = n * a.sum2 - a.sum * a.sum, together = n * a.product - n * (n - 1) / 2 * a.sum;
    out[0] = a.balance - m->deposit;
    out[1] = a.won <= 0 ? 0 : a.lost <= 0 ? 10 : fmin(10, a.won / a.lost);
    out[2] = a.percent;
    out[3] = spread > 0 ? copysign(together * together / (spread * n * n * (n * n - 1) / 12), together) : 0;
    out[4] = variance > 0 ? mean / sqrt(variance) * m->sharpe_scale : 0;
    out[5] = (double)(a.deals / 2);
}

void run(const market *m, const strategy *s, int64_t count, double *out) {
    for (int64_t k = 0; k < count; k++) simulate(m, s + k, out + 6 * k);
}
