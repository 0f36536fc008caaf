/* motet.h -- libmotet: session-typed, supervised actors. Include this, or one header per concept. */
#ifndef MOTET_MOTET_H
#define MOTET_MOTET_H
#include "actor.h"
#include "automaton.h"
#include "check.h"
#include "context.h"
#include "dynamic.h"
#include "error.h"
#include "event.h"
#include "mail.h"
#include "observe.h"
#include "pool.h"
#include "ref.h"
#include "session.h"
#include "sim.h"
#include "system.h"

#define MOTET_ABI 2 /* generated code and library must agree */
#endif
