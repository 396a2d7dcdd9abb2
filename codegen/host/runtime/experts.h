// Everything that translated Expert Advisors and the runtime itself include: it is precompiled.
#pragma once
#include "ctrade.h"
#include "mql5.h"
#include <initializer_list>
