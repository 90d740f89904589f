Redmine::DefaultData::Loader.load('en')
Setting.rest_api_enabled = '1'
project = Project.create!(name: 'Lab', identifier: 'lab')
project.trackers = Tracker.all
puts "KEY #{User.find_by_login('admin').api_key}"
