# A client of `vm-host serve` in Ruby. The code of the messages is generated from `proto/`:
#
#   grpc_tools_ruby_protoc -Iproto --ruby_out=OUT --grpc_out=OUT \
#       proto/cairohints/v1/{value,ids,hint_session,vm_service}.proto
#   ruby -IOUT vm-host/examples/client.rb 127.0.0.1:7777 tests/programs/example/quick_start.json small
#
# On a Unix socket (`unix:/path`) the authority must be a host name; gRPC would send the path.
#
# For a server that knows tenants: CAIROHINTS_TOKEN is the token, or CAIROHINTS_TOKEN_FILE has it, CAIROHINTS_TLS_CA is
# the authority of the server's certificate, CAIROHINTS_TLS_CERT and CAIROHINTS_TLS_KEY are the client's own.

require "grpc"
require "securerandom"
require "cairohints/v1/vm_service_services_pb"

include Cairohints::V1

address, path, layout = ARGV
program = File.binread(path)

# Shows whose each call is.
class Token < GRPC::ClientInterceptor
  def initialize(token)
    super()
    @token = token
  end

  %i[request_response client_streamer server_streamer bidi_streamer].each do |kind|
    define_method(kind) do |metadata: {}, **, &call|
      metadata["authorization"] = "Bearer #{@token}"
      call.call
    end
  end
end

authority, own, key = %w[CA CERT KEY].map do |name|
  file = ENV["CAIROHINTS_TLS_#{name}"]
  file && File.read(file)
end
credentials = authority ? GRPC::Core::ChannelCredentials.new(authority, key, own) : :this_channel_is_insecure
arguments = address.start_with?("unix:") ? { "grpc.default_authority" => "localhost" } : {}
secret = ENV["CAIROHINTS_TOKEN_FILE"]
token = ENV["CAIROHINTS_TOKEN"] || (secret && File.read(secret).strip)
interceptors = token ? [Token.new(token)] : []
vms = VmService::Stub.new(address, credentials, channel_args: arguments, interceptors: interceptors)

parts = [UploadProgramRequest.new(declaration: ProgramDeclaration.new(size_bytes: program.bytesize))]
program.bytes.each_slice(1 << 20) { |chunk| parts << UploadProgramRequest.new(chunk: chunk.pack("C*")) }
hash = vms.upload_program(parts).program_hash

# The VM lives as long as this connection.
vm = vms.create_vm(CreateVmRequest.new(program_hash: hash, layout: layout || "plain", trace: true)).vm
3.times do
  # With an id the call may be repeated when its answer is lost: the VM does not step twice.
  run = RunVmRequest.new(name: vm.name, steps: 1, request_id: SecureRandom.uuid)
  vm = vms.run_vm(run).vm
  puts "step #{vm.current_step}: pc #{vm.pc.offset}"
end
vm = vms.run_vm(RunVmRequest.new(name: vm.name)).vm
abort vm.failure.message if vm.failure
vm.output.each { |value| puts "output #{value}" }
trace = vms.read_artifact(ReadArtifactRequest.new(name: vm.name, artifact: :ARTIFACT_TRACE)).sum { |part| part.chunk.bytesize }
puts "ran #{vm.current_step} steps; the trace has #{trace} bytes"

begin
  vms.get_vm(GetVmRequest.new(name: "vms/none"))
rescue GRPC::NotFound => error
  puts "an error: #{error.details}"
end
