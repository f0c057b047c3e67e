/** The parts of the Wireshark dissector that are not made from the message table. */

export const LUA_HEAD = `\
-- Wireshark dissector of Hyper-V intercept messages: one HV_MESSAGE, or one bare 40-byte intercept header, a packet
-- of link type USER0 (147). Written by 'hvmsg fields --wireshark' from hvmsg's message table: do not edit it.
--
-- To install, put it in a folder that Help > About Wireshark > Folders names for Lua plugins; or for once:
--   tshark -X lua_script:hvmsg.lua -r capture.pcapng
-- The fields are hvmsg's, with 'hvmsg.' before them: hvmsg.payload.portNumber == 0x3f8
-- The generation of the structures is a preference: -o hvmsg.abi:hvimapi

local hvmsg = Proto("hvmsg", "Hyper-V intercept message")
`;

export const LUA_ENGINE = `
local MAKE = {
  uint8 = ProtoField.uint8, uint16 = ProtoField.uint16, uint32 = ProtoField.uint32, uint64 = ProtoField.uint64,
}

local function make_field(kind, path, about, mask, names, decimal)
  local abbreviation = "hvmsg." .. path
  local label = path:match("[^.]+$")
  if kind == "string" then return ProtoField.string(abbreviation, label, base.ASCII, about) end
  if kind == "bytes" then return ProtoField.bytes(abbreviation, label, base.NONE, about) end
  if kind:sub(1, 4) == "bool" then
    return ProtoField.bool(abbreviation, label, tonumber(kind:sub(5)), nil, mask, about)
  end
  local display = kind == "uint64" and base.HEX or decimal and base.DEC or base.HEX_DEC
  if names then display = display + base.RANGE_STRING end
  return MAKE[kind](abbreviation, label, display, names, mask, about)
end

-- A name that means different bits under the two ABIs has a field for each, of one type.
local FIELD = {}
local registered = {}
for key, row in pairs(FIELDS) do
  FIELD[key] = make_field(row[1], row[2], row[3], row[4], row[5], row[6])
  registered[#registered + 1] = FIELD[key]
end
hvmsg.fields = registered

hvmsg.prefs.abi = Pref.enum("Structures", 1, "Generation of the structures: today's headers, or the documentation of 2013",
  { { 1, "hvhdk", 1 }, { 2, "hvimapi", 2 } }, false)
local ABIS = { "hvhdk", "hvimapi" }

local malformed = ProtoExpert.new("hvmsg.short", "the packet ends before the message does", expert.group.MALFORMED, expert.severity.WARN)
hvmsg.experts = { malformed }

-- 32 bits of a record at most, without the bit operators that Lua's versions do not share; an integer in each of them.
local function bits_of(tvb, at, size, shift, width)
  return math.floor(math.floor(tvb(at, size):le_uint() / 2 ^ shift) % 2 ^ width)
end

-- The tables are in rising order.
local function name_of(names, value)
  local low, high = 1, #names
  while low <= high do
    local middle = math.floor((low + high) / 2)
    local row = names[middle]
    if value < row[1] then high = middle - 1
    elseif value > row[2] then low = middle + 1
    else return row[3] end
  end
end

-- A walk over the rows of a layout. 'stop' is where the message ends: what would pass it is left out.
local Walk = {}

function Walk.number(tree, tvb, row, at)
  tree:add_le(FIELD[row[4]], tvb(at, row[3]))
end

function Walk.shifted(tree, tvb, row, at)
  tree:add(FIELD[row[4]], tvb(at, row[3]), tvb(at, row[3]):le_uint64():rshift(row[5]))
end

function Walk.constant(tree, _, row)
  tree:add(FIELD[row[4]], row[5]):set_generated()
end

function Walk.type(tree, tvb, row, at)
  local code = tvb(at, 4):le_uint()
  tree:add(FIELD[row[4]], tvb(at, 4), name_of(row[5], code) or string.format("0x%08x", code)):set_generated()
end

function Walk.name(tree, tvb, row, at)
  local name = name_of(row[5], tvb(at, row[3]):le_uint())
  if name then tree:add(FIELD[row[4]], tvb(at, row[3]), name):set_generated() end
end

function Walk.flags(tree, tvb, row, at)
  local raw = tvb(at, 4):le_uint()
  for _, flag in ipairs(RFLAGS) do
    if math.floor(raw / 2 ^ flag[1]) % 2 == 1 then
      tree:add(FIELD[row[4]], tvb(at, row[3]), flag[2]):set_generated()
    end
  end
end

function Walk.wide(tree, tvb, row, at)
  local digits = {}
  for byte = at + row[3] - 1, at, -1 do digits[#digits + 1] = string.format("%02x", tvb(byte, 1):uint()) end
  tree:add(FIELD[row[4]], tvb(at, row[3]), "0x" .. table.concat(digits))
end

local function count_of(tvb, count, most)
  if not count then return most end
  return math.min(most, bits_of(tvb, count[1], count[2], count[3], count[4]))
end

function Walk.bytes(tree, tvb, row, at, stop)
  local length = math.min(count_of(tvb, row[5], row[3]), stop - at)
  if length > 0 then tree:add(FIELD[row[4]], tvb(at, length)) end
end

function Walk.rest(tree, tvb, row, at, stop)
  if stop > at then tree:add(FIELD[row[4]], tvb(at, stop - at)) end
end

function Walk.array(tree, tvb, row, at, stop)
  local stride, path = row[3], row[4]
  local count = math.min(count_of(tvb, row[6], row[5]), math.floor((stop - at) / stride))
  if count <= 0 then return end
  local list = tree:add(tvb(at, count * stride), path:match("[^.]+$") .. ": " .. count)
  for element = 0, count - 1 do
    local start = at + element * stride
    local branch = list
    if #row[7] > 1 then branch = list:add(tvb(start, stride), "[" .. element .. "]") end
    for _, each in ipairs(row[7]) do Walk[each[1]](branch, tvb, each, start + each[2], stop) end
  end
end

-- Rows whose bytes need not all be there.
local PARTIAL = { bytes = true, rest = true, array = true, constant = true }

local function walk(tree, tvb, layout, move, stop)
  local branches = {}
  for _, row in ipairs(layout) do
    local what, at, size, path = row[1], row[2] + move, row[3], row[4]
    local branch = branches[path:match("^(.*)%.") or ""] or tree
    if what == "group" then
      local there = math.min(size, stop - at)
      if there > 0 then branches[path] = branch:add(tvb(at, there), path:match("[^.]+$")) end
    elseif (row.to and row.to + move or at + size) <= stop or (PARTIAL[what] and at <= stop) then
      Walk[what](branch, tvb, row, at, stop)
    end
  end
end

-- "write", "#PF": a number's name, where it has one.
local function words_of(tvb, layout, path, stop)
  for _, row in ipairs(layout) do
    if row[1] == "number" and FIELDS[row[4]][2] == path and (row.to or row[2] + row[3]) <= stop then
      if row[3] == 8 then return "0x" .. tvb(row[2], 8):le_uint64():tohex():gsub("^0+(.)", "%1") end
      local value = tvb(row[2], row[3]):le_uint()
      local names = FIELDS[row[4]][5]
      local name = names and name_of(names, value)
      if path == "interceptAccessType" then return name end
      return string.format("0x%x", value) .. (name and " (" .. name .. ")" or "")
    end
  end
end

local HEADER_BYTES = 40
local MESSAGE_HEADER_BYTES = 16
local MAX_PAYLOAD_BYTES = 240

-- A bare header begins with a VP index; a message with a type, whose highest bit is set by the hypervisor.
local function is_header(tvb)
  return tvb:len() == HEADER_BYTES and tvb(3, 1):uint() < 0x80
end

local function dissect_header(tvb, pinfo, tree, abi)
  local layout = LAYOUTS["header " .. abi]
  walk(tree, tvb, layout, -MESSAGE_HEADER_BYTES, HEADER_BYTES)
  pinfo.cols.info = string.format("VP %d header rip 0x%s", tvb(0, 4):le_uint(), tvb(24, 8):le_uint64():tohex())
end

local function dissect_message(tvb, pinfo, tree, abi)
  local code, size = tvb(0, 4):le_uint(), math.min(tvb(4, 1):uint(), MAX_PAYLOAD_BYTES)
  local wanted = MESSAGE_HEADER_BYTES + size
  local stop = math.min(wanted, tvb:len())
  walk(tree, tvb, LAYOUTS.message, 0, stop)
  if code == 0 then
    pinfo.cols.info = "empty slot"
    return
  end
  local type = TYPES[abi][code] or { name = string.format("0x%08x", code), layout = "raw" }
  local layout = LAYOUTS[size < HEADER_BYTES and type.short or type.layout]
  local before = layout.before and LAYOUTS[layout.before]
  if before then walk(tree, tvb, before, 0, stop) end
  local payload = tree
  if stop > MESSAGE_HEADER_BYTES then
    payload = tree:add(tvb(MESSAGE_HEADER_BYTES, stop - MESSAGE_HEADER_BYTES), "payload")
  end
  walk(payload, tvb, layout, 0, stop)
  if stop < wanted then tree:add_proto_expert_info(malformed) end

  local info = { type.name }
  if before then
    if stop >= 20 then table.insert(info, 1, string.format("VP %d", tvb(16, 4):le_uint())) end
    info[#info + 1] = words_of(tvb, before, "interceptAccessType", stop)
  end
  for _, path in ipairs(layout.identity or {}) do info[#info + 1] = words_of(tvb, layout, path, stop) end
  pinfo.cols.info = table.concat(info, " ")
end

function hvmsg.dissector(tvb, pinfo, root)
  if tvb:len() < MESSAGE_HEADER_BYTES then return 0 end
  pinfo.cols.protocol = "HVMSG"
  local abi = ABIS[hvmsg.prefs.abi]
  local tree = root:add(hvmsg, tvb())
  local dissect = is_header(tvb) and dissect_header or dissect_message
  dissect(tvb, pinfo, tree, abi)
  return tvb:len()
end

DissectorTable.get("wtap_encap"):add(wtap.USER0, hvmsg)
`;
