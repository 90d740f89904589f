# Serves Redmine on a free port. Debian's Redmine does not have WEBrick in its list of gems.
$LOAD_PATH.unshift(*Dir['/usr/share/rubygems-integration/all/gems/webrick-*/lib'])
require '/usr/share/redmine/config/environment'
require 'webrick'
require 'rack/handler/webrick'
log = WEBrick::Log.new($stderr, WEBrick::Log::WARN)
Rack::Handler::WEBrick.run(Rails.application, Host: '127.0.0.1', Port: 0, AccessLog: [], Logger: log) do |server|
  puts "PORT #{server.listeners.first.addr[1]}"
  $stdout.flush
end
