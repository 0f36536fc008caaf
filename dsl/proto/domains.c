#include "domains.h"

#include "expr.h"
#include "proto.h"

struct tuple { /* the values of one label */
    const struct decl *message;
    uint32_t n;
    const uint32_t *domain; /* [n]: in verify.domains */
    const uint64_t *value;  /* [n] */
};

struct expanding {
    struct arena *a;       /* of the compilation */
    struct arena *scratch; /* of this expansion */
    const struct verify *v;
    struct diags *d;
    struct ir *ir;          /* the result */
    uint32_t n_base;        /* messages as declared; those that stand for values follow */
    uint32_t *first, *many; /* [n_base]: the messages that each became; itself, 1 without domains */
    const struct tuple *tuples; /* [n_messages]; n is 0 for messages as declared */
};

/* One role: states are pairs of a state and of what it remembers. */
struct role_expansion {
    struct expanding *x;
    const struct automaton *m;
    u32_vec slots; /* what is remembered: domains */
    u32_vec keys;  /* of each new state 1 + slots.n numbers: the state, and for each slot its value - lo + 1, 0: none */
    uint32_t *table, n_table; /* new state + 1, by its key */
    struct draft draft;
};

/* ---- domains ---- */

/* The domain of the field that a value names, or IR_NONE. */
static uint32_t domain_of(const struct verify *v, const struct expr *value)
{
    if (value->kind != EX_NAME || value->fields.n != 1)
        return IR_NONE;
    for (uint32_t i = 0; i < v->n_domains; i++)
        if (v->domains[i].decl == value->message && v->domains[i].field_index == value->fields.at[0])
            return i;
    return IR_NONE;
}

static bool has_domain(void *ctx, const struct expr *value)
{
    return domain_of(ctx, value) != IR_NONE;
}

bool domains_cover(const struct verify *v, const struct expr *where)
{
    return v && v->n_domains && expr_each_value(where, has_domain, (void *)(uintptr_t)v);
}

/* ---- messages ---- */

/* "3", "disk", "true" */
static const char *value_text(struct expanding *x, const struct domain *k, uint64_t value)
{
    const struct type *t = k->decl->as.message.fields.at[k->field_index].type;
    if (t->kind == TY_BOOL)
        return value ? "true" : "false";
    if (t->kind == TY_NAMED)
        return t->decl->as.enum_.values.at[value].name;
    return arena_printf(x->scratch, "%llu", (unsigned long long)value);
}

static name label_name(struct expanding *x, const struct tuple *t)
{
    const char *text = "";
    for (uint32_t i = 0; i < t->n; i++)
        text = arena_printf(x->scratch, "%s%s%s=%s", text, i ? "," : "", x->v->domains[t->domain[i]].field.name,
                            value_text(x, &x->v->domains[t->domain[i]], t->value[i]));
    return intern_cstr(x->ir->names, arena_printf(x->scratch, "%s{%s}", t->message->name.name, text));
}

static u32_vec domains_of_message(const struct expanding *x, const struct decl *message)
{
    u32_vec out = {0};
    for (uint32_t i = 0; i < x->v->n_domains; i++)
        if (x->v->domains[i].decl == message)
            vec_push(x->scratch, out, i);
    return out;
}

static uint64_t tuples_of(const struct expanding *x, const u32_vec *domains)
{
    uint64_t n = 1;
    for (uint32_t i = 0; i < domains->n && n <= DOMAINS_MAX_TUPLES; i++)
        n *= x->v->domains[domains->at[i]].hi - x->v->domains[domains->at[i]].lo + 1;
    return n;
}

/* The tuple number `k`; the last field varies fastest. */
static struct tuple tuple_at(const struct expanding *x, const struct decl *message, const u32_vec *domains, uint64_t k)
{
    uint64_t *value = ARENA_ARRAY(x->scratch, uint64_t, domains->n);
    for (uint32_t i = domains->n; i-- > 0;) {
        const struct domain *one = &x->v->domains[domains->at[i]];
        uint64_t size = one->hi - one->lo + 1;
        value[i] = one->lo + k % size;
        k /= size;
    }
    return (struct tuple){message, domains->n, domains->at, value};
}

static bool count_messages(struct expanding *x, uint32_t *total)
{
    *total = x->n_base;
    for (uint32_t m = 0; m < x->n_base; m++) {
        u32_vec domains = domains_of_message(x, x->ir->messages[m].decl);
        uint64_t n = tuples_of(x, &domains);
        x->first[m] = domains.n ? *total : m;
        x->many[m] = (uint32_t)n;
        if (n > DOMAINS_MAX_TUPLES || *total + n > DOMAINS_MAX_MESSAGES) {
            diag_add(x->d, E0309, x->v->domains[domains.at[0]].at,
                     "with its domains `%s` stands for more than %d messages", x->ir->messages[m].name,
                     n > DOMAINS_MAX_TUPLES ? DOMAINS_MAX_TUPLES : DOMAINS_MAX_MESSAGES);
            return false;
        }
        *total += domains.n ? (uint32_t)n : 0;
    }
    return true;
}

static bool expand_messages(struct expanding *x, const struct ir *from)
{
    uint32_t total;
    x->n_base = from->n_messages;
    x->first = ARENA_ARRAY(x->scratch, uint32_t, x->n_base);
    x->many = ARENA_ARRAY(x->scratch, uint32_t, x->n_base);
    if (!count_messages(x, &total))
        return false;
    struct message *messages = ARENA_ARRAY(x->a, struct message, total);
    struct tuple *tuples = ARENA_ARRAY(x->scratch, struct tuple, total);
    for (uint32_t m = 0; m < x->n_base; m++) {
        messages[m] = from->messages[m];
        u32_vec domains = domains_of_message(x, messages[m].decl);
        for (uint32_t k = 0; domains.n && k < x->many[m]; k++) {
            struct tuple *t = &tuples[x->first[m] + k];
            *t = tuple_at(x, messages[m].decl, &domains, k);
            messages[x->first[m] + k] = (struct message){label_name(x, t), messages[m].tag, messages[m].decl, m};
        }
    }
    x->ir->messages = messages;
    x->ir->n_messages = total;
    x->tuples = tuples;
    return true;
}

/* ---- what a role remembers ---- */

static bool add_slot(void *ctx, const struct expr *value)
{
    struct role_expansion *r = ctx;
    uint32_t domain = value->ref == REF_SESSION ? domain_of(r->x->v, value) : IR_NONE;
    for (uint32_t i = 0; i < r->slots.n && domain != IR_NONE; i++)
        if (r->slots.at[i] == domain)
            domain = IR_NONE;
    if (domain != IR_NONE)
        vec_push(r->x->scratch, r->slots, domain);
    return true;
}

static void find_slots(struct role_expansion *r)
{
    for (uint32_t e = 0; e < r->m->n_edges; e++)
        if (r->m->edges[e].where)
            expr_each_value(r->m->edges[e].where, add_slot, r);
}

static uint32_t width(const struct role_expansion *r) { return 1 + r->slots.n; }

static uint32_t hash_key(const struct role_expansion *r, const uint32_t *key)
{
    uint64_t h = 0;
    for (uint32_t i = 0; i < width(r); i++)
        h = (h ^ (h >> 29) ^ key[i]) * 0x9e3779b97f4a7c15u;
    return (uint32_t)(h >> 32);
}

static void put_in_table(struct role_expansion *r, uint32_t state)
{
    uint32_t k = hash_key(r, &r->keys.at[state * width(r)]) & (r->n_table - 1);
    while (r->table[k])
        k = (k + 1) & (r->n_table - 1);
    r->table[k] = state + 1;
}

static void grow_table(struct role_expansion *r)
{
    r->n_table = r->n_table ? 2 * r->n_table : 64;
    r->table = ARENA_ARRAY(r->x->scratch, uint32_t, r->n_table);
    for (uint32_t s = 0; s < r->draft.n_states; s++)
        put_in_table(r, s);
}

static uint32_t state_of(struct role_expansion *r, const uint32_t *key)
{
    if (2 * r->draft.n_states >= r->n_table)
        grow_table(r);
    uint32_t k = hash_key(r, key) & (r->n_table - 1);
    for (; r->table[k]; k = (k + 1) & (r->n_table - 1)) {
        uint32_t s = r->table[k] - 1;
        if (memcmp(&r->keys.at[s * width(r)], key, width(r) * sizeof *key) == 0)
            return s;
    }
    for (uint32_t i = 0; i < width(r); i++)
        vec_push(r->x->scratch, r->keys, key[i]);
    put_in_table(r, r->draft.n_states);
    return r->draft.n_states++;
}

/* ---- edges ---- */

struct reading { /* values while a refinement is evaluated */
    const struct role_expansion *r;
    const uint32_t *key;
    const struct tuple *payload;
};

static bool read_value(void *ctx, const struct expr *e, int64_t *out)
{
    const struct reading *q = ctx;
    uint32_t domain = domain_of(q->r->x->v, e);
    if (domain == IR_NONE)
        return false;
    if (e->ref == REF_PAYLOAD) {
        for (uint32_t i = 0; i < q->payload->n; i++)
            if (q->payload->domain[i] == domain) {
                *out = (int64_t)q->payload->value[i];
                return true;
            }
        return false;
    }
    for (uint32_t i = 0; i < q->r->slots.n; i++)
        if (q->r->slots.at[i] == domain && q->key[1 + i]) {
            *out = (int64_t)(q->r->x->v->domains[domain].lo + q->key[1 + i] - 1);
            return true;
        }
    return false;
}

/* The role remembers what the message brings. */
static void remember(const struct role_expansion *r, uint32_t *key, const struct tuple *t)
{
    for (uint32_t i = 0; i < r->slots.n; i++)
        for (uint32_t k = 0; k < t->n; k++)
            if (t->domain[k] == r->slots.at[i])
                key[1 + i] = (uint32_t)(t->value[k] - r->x->v->domains[t->domain[k]].lo) + 1;
}

/* Edge `e` with the values of message `label`, unless its refinement forbids them. */
static void expand_label(struct role_expansion *r, uint32_t state, const struct edge *e, uint32_t label)
{
    const struct tuple *t = &r->x->tuples[label];
    uint32_t *key = ARENA_ARRAY(r->x->scratch, uint32_t, width(r));
    memcpy(key, &r->keys.at[state * width(r)], width(r) * sizeof *key);
    struct reading q = {r, key, t};
    if (e->where && expr_truth(e->where, read_value, &q) == TRUTH_FALSE)
        return;
    remember(r, key, t);
    key[0] = e->target;
    struct draft_edge out = {.source = state, .label = {e->dir, e->interrupt, e->peer, (uint16_t)label}, .at = e->at,
                             .where = e->where};
    out.target = state_of(r, key);
    vec_push(r->x->scratch, r->draft.edges, out);
}

static void expand_event(struct role_expansion *r, uint32_t state, const struct edge *e)
{
    uint32_t *key = ARENA_ARRAY(r->x->scratch, uint32_t, width(r));
    memcpy(key, &r->keys.at[state * width(r)], width(r) * sizeof *key);
    key[0] = e->target;
    struct draft_edge out = {.source = state, .label = {e->dir, e->interrupt, e->peer, e->message}, .at = e->at};
    out.target = state_of(r, key);
    vec_push(r->x->scratch, r->draft.edges, out);
}

static void expand_state(struct role_expansion *r, uint32_t state)
{
    const struct state *s = &r->m->states[r->keys.at[state * width(r)]];
    for (uint32_t i = s->first; i < s->first + s->n; i++) {
        const struct edge *e = &r->m->edges[i];
        if (e->dir == DIR_EVENT) {
            expand_event(r, state, e);
            continue;
        }
        for (uint32_t k = 0; k < r->x->many[e->message]; k++)
            expand_label(r, state, e, r->x->first[e->message] + k);
    }
}

static bool too_large(struct role_expansion *r, const struct session_type *t, uint32_t role)
{
    bool states = r->draft.n_states > IR_MAX_STATES;
    if (!states && r->draft.edges.n <= IR_MAX_EDGES)
        return false;
    diag_add(r->x->d, E0309, r->x->v->domains[0].at, "with these domains role `%s` of `%s` has more than %d %s",
             t->roles[role].name, t->name, states ? IR_MAX_STATES : IR_MAX_EDGES, states ? "states" : "actions");
    return true;
}

static bool expand_role(struct expanding *x, const struct session_type *t, uint32_t role, struct automaton *out)
{
    struct role_expansion r = {.x = x, .m = &t->locals[role]};
    find_slots(&r);
    state_of(&r, ARENA_ARRAY(x->scratch, uint32_t, width(&r)));
    for (uint32_t s = 0; s < r.draft.n_states; s++) {
        expand_state(&r, s);
        if (too_large(&r, t, role))
            return false;
    }
    r.draft.final = ARENA_ARRAY(x->scratch, bool, r.draft.n_states);
    r.draft.end = ARENA_ARRAY(x->scratch, struct span, r.draft.n_states);
    for (uint32_t s = 0; s < r.draft.n_states; s++) {
        const struct state *of = &r.m->states[r.keys.at[s * width(&r)]];
        r.draft.final[s] = of->final;
        r.draft.end[s] = of->at; /* where a role stands that no value lets go on */
    }
    automaton_finish(x->a, &r.draft, out);
    return true;
}

static bool expand_session(struct expanding *x, struct session_type *t)
{
    struct automaton *locals = ARENA_ARRAY(x->a, struct automaton, t->n_roles);
    for (uint32_t r = 0; r < t->n_roles; r++)
        if (!expand_role(x, t, r, &locals[r]))
            return false;
    t->locals = locals;
    return true;
}

/* ---- all of it ---- */

static bool takes_part(const struct ir *ir, const struct verify *v, uint32_t session)
{
    if (!v->of_system)
        return v->subject == session;
    for (uint32_t w = 0; w < ir->systems[v->subject].n_wires; w++)
        if (ir->systems[v->subject].wires[w].session == session)
            return true;
    return false;
}

const struct ir *domains_expand(const struct ir *ir, const struct verify *v, struct diags *d)
{
    if (!v || !v->n_domains)
        return ir;
    struct expanding x = {.a = ir->a, .scratch = arena_new(0), .v = v, .d = d, .ir = ARENA_NEW(ir->a, struct ir)};
    *x.ir = *ir;
    x.ir->sessions = ARENA_ARRAY(ir->a, struct session_type, ir->n_sessions);
    bool ok = expand_messages(&x, ir);
    for (uint32_t i = 0; i < ir->n_sessions; i++) {
        x.ir->sessions[i] = ir->sessions[i];
        if (ok && takes_part(ir, v, i))
            ok = expand_session(&x, &x.ir->sessions[i]);
    }
    arena_free(x.scratch);
    return ok ? x.ir : NULL;
}

struct model *domains_model(const struct ir *ir, bool of_system, uint32_t subject, const struct verify *v,
                            uint32_t capacity, struct diags *d)
{
    const struct ir *with_values = domains_expand(ir, v, d);
    if (!with_values)
        return NULL;
    return of_system ? model_of_system(with_values, subject, v, d)
                     : model_of_session(with_values, subject, v, capacity, d);
}

/* ---- the check that belongs to ir_build ---- */

static bool exchanges(const struct session_type *t, uint32_t message)
{
    for (uint32_t r = 0; t->locals && r < t->n_roles; r++)
        for (uint32_t e = 0; e < t->locals[r].n_edges; e++)
            if (t->locals[r].edges[e].dir != DIR_EVENT && t->locals[r].edges[e].message == message)
                return true;
    return false;
}

void ir__check_domains(struct builder *b, const struct verify *v)
{
    for (uint32_t i = 0; i < v->n_domains; i++) {
        uint32_t message = v->domains[i].decl->nth;
        bool found = false;
        for (uint32_t s = 0; s < b->ir->n_sessions; s++)
            if (takes_part(b->ir, v, s))
                found = found || !b->ir->sessions[s].usable || exchanges(&b->ir->sessions[s], message);
        if (!found)
            diag_add(b->d, E0248, v->domains[i].at, "`%s` is not exchanged in what is verified here",
                     b->ir->messages[message].name);
    }
}
