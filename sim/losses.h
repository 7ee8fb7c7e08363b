// The loss register in the simulated world.
#pragma once

#include <string>

#include "client/client.h"

namespace homeward::sim {

// The figures of a member's register, one line a row; everybody's are equal at rest. Names and who reads them
// have no part in it.
std::string losses_of(client::Client& client, const group::GroupId& group);

}  // namespace homeward::sim
