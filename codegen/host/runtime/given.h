// What replay.py hands in, as the host keeps it.
#pragma once
#include "host.h"
#include "market.h"
#include "script.h"

namespace host {

Market market_of(const HostMarket &given, bool finer_ticks);
Script script_of(const HostOptions &given);

}  // namespace host
