// Every code of a refusal with its words, Russian and English: HOMEWARD_ERROR_CODES(X) makes X(code, ru, en)
// of each. A code is spelled as the JSON spells it.
#pragma once

// clang-format off
#define HOMEWARD_ERROR_CODES(X) \
  X(unknown_command, \
    "Такой команды нет.", "There is no such command.") \
  X(bad_arguments, \
    "Аргументы не подходят.", "The arguments do not fit.") \
  X(locked, \
    "Хранилище закрыто. Откройте его кодовой фразой.", \
    "The vault is locked. Open it with the passphrase.") \
  X(no_vault, \
    "Здесь ещё нет хранилища. Сначала создайте его.", \
    "There is no vault here yet. Create one first.") \
  X(vault_exists, \
    "Хранилище здесь уже есть.", "There is a vault here already.") \
  X(wrong_passphrase, \
    "Кодовая фраза не подходит. Ничего не изменилось, попробуйте ещё раз.", \
    "This passphrase does not fit. Nothing has changed; try again.") \
  X(passphrase_empty, \
    "Кодовая фраза не может быть пустой.", "The passphrase cannot be empty.") \
  X(damaged, \
    "Файл хранилища повреждён и не открывается. Программа ничего в нём не изменила.", \
    "The vault's file is damaged and does not open. Nothing in it was changed.") \
  X(vault_in_use, \
    "Это хранилище уже открыто другой программой.", \
    "Another program has this vault open already.") \
  X(too_new, \
    "Хранилище создано более новой версией. Обновите программу.", \
    "The vault was made by a newer version. Update the program.") \
  X(disk_full, \
    "На диске нет места. Всё сохранённое цело, но новое записать некуда: освободите место.", \
    "The disk is full. Everything saved is safe, but nothing new can be written: free some space.") \
  X(out_of_memory, \
    "Не хватает памяти, чтобы проверить кодовую фразу. Закройте другие программы.", \
    "There is not enough memory to check the passphrase. Close other programs.") \
  X(no_group, \
    "Такой группы здесь нет.", "There is no such group here.") \
  X(no_request, \
    "Этой заявки больше нет.", "This join request is not there any more.") \
  X(no_invite, \
    "Этого приглашения больше нет.", "This invite is not there any more.") \
  X(no_member, \
    "Такой участницы в группе нет.", "There is no such member in the group.") \
  X(no_join, \
    "Такой заявки здесь нет.", "There is no such join request here.") \
  X(no_message, \
    "Этого сообщения больше нет.", "This message is not there any more.") \
  X(bad_link, \
    "Ссылка неполная или испорчена. Попросите прислать её ещё раз целиком.", \
    "The link is cut or broken. Ask for the whole link again.") \
  X(link_expired, \
    "Срок приглашения прошёл. Попросите новое.", \
    "The invite has ended. Ask for a new one.") \
  X(link_used, \
    "Вы уже отправили заявку по этой ссылке.", \
    "You have already asked to join by this link.") \
  X(not_allowed, \
    "Правила группы этого не позволяют.", "The group's rules do not allow this.") \
  X(not_possible_now, \
    "Сейчас это невозможно.", "This is not possible now.") \
  X(already_done, \
    "Это уже сделано.", "This is done already.") \
  X(text_too_long, \
    "Текст слишком длинный. Разделите его на части.", \
    "The text is too long. Split it.") \
  X(text_empty, \
    "Текст пустой.", "The text is empty.") \
  X(text_invalid, \
    "В тексте есть знаки, которых не бывает в письме.", \
    "The text has characters that no writing has.") \
  X(name_invalid, \
    "Имя пустое или слишком длинное.", "The name is empty or too long.") \
  X(bad_relay, \
    "Это не адрес узла связи. Он начинается с http:// или https://.", \
    "This is not a relay's address. One begins with http:// or https://.") \
  X(last_organizer, \
    "Вы единственный организатор. Сначала назначьте организатором кого-то ещё, иначе группой некому будет " \
    "управлять.", \
    "You are the only organizer. First make somebody else organizer, or nobody can look after the group.") \
  X(no_device, \
    "Такого устройства здесь уже нет.", "There is no such device here any more.") \
  X(too_many_devices, \
    "У одной участницы не больше пяти устройств. Сначала уберите одно.", \
    "A member has five devices at most. Remove one first.") \
  X(no_change, \
    "Этого предложения больше нет.", "This proposed change is not there any more.") \
  X(advisers_only, \
    "Это могут только консультанты группы. Консультантов назначает организатор.", \
    "Only the group's advisers may do this. An organizer names advisers.") \
  X(no_article, \
    "Такой памятки здесь нет.", "There is no such article here.") \
  X(no_revision, \
    "Такой редакции у памятки нет.", "The article has no such revision.") \
  X(no_proposal, \
    "Этого предложения больше нет.", "This proposed change is not there any more.") \
  X(no_paper, \
    "Такой бумаги в памятке нет.", "The article has no such paper.") \
  X(article_withdrawn, \
    "Памятка отозвана, и новых редакций у неё не будет. Опубликуйте другую памятку.", \
    "The article is withdrawn and gets no new revisions. Publish another article.") \
  X(bad_file, \
    "Этот файл не читается: он неполный или это не файл программы.", \
    "This file does not read: it is cut, or it is no file of this program.") \
  X(bad_signature, \
    "Подпись в файле неверна: его меняли. Ничего из него не взято.", \
    "A signature in the file is wrong: the file was changed. Nothing was taken from it.") \
  X(own_revision, \
    "Свою редакцию подтвердить нельзя: это делает другой консультант.", \
    "You cannot confirm your own revision: another adviser does that.") \
  X(date_invalid, \
    "Такого дня в календаре нет.", "There is no such day in the calendar.") \
  X(paper_invalid, \
    "В бумаге ошибка: у каждого {{поля}} в тексте должно быть описание, и ни одно имя не повторяется.", \
    "The paper has a mistake: each {{field}} in its text needs a description, and no name twice.") \
  X(too_many, \
    "Слишком много частей для одной памятки. Разделите её.", \
    "Too many parts for one article. Split it.") \
  X(no_question, \
    "Этого вопроса здесь нет.", "There is no such question here.") \
  X(no_adviser, \
    "В группе ещё нет консультантов, которые могли бы это прочитать. Спросите открыто или попросите " \
    "организатора назначить консультанта.", \
    "The group has no adviser yet who could read this. Ask in the open, or ask an organizer to name an " \
    "adviser.") \
  X(no_case, \
    "Этого дела здесь нет: его убрали или оно из другой группы.", \
    "This case is not here: it was erased, or belongs to another group.") \
  X(no_report, \
    "Такого сообщения с цифрами здесь нет.", \
    "There is no such report of figures here.") \
  X(no_roll, \
    "Этого списка со звонка здесь нет.", "There is no such roll here.") \
  X(no_double, \
    "Эти два дела уже не предлагают соединить.", \
    "These two cases are not offered as one any more.") \
  X(figures_invalid, \
    "Цифры не сходятся: нужна хотя бы одна, каждая не больше общего числа, и не раньше начала срока.", \
    "The figures do not fit: at least one is needed, none over the number of all, within the period.") \
  X(no_porch, \
    "У этой группы нет прихожей, или вас в ней нет.", \
    "This group has no porch, or you are not in it.") \
  X(porch_early, \
    "Она пробыла в прихожей меньше, чем назначила группа. Подождите.", \
    "She has been in the porch for less time than the group asks. Wait.") \
  X(porch_not_there, \
    "Её больше нет в прихожей, или там больше нет вас. Предложить её оттуда нельзя.", \
    "She is not in the porch any more, or you are not. She cannot be proposed from there.") \
  X(porch_no_key, \
    "Её устройство ещё не готово принять приглашение. Попробуйте, когда она выйдет на связь.", \
    "Her device is not ready to take an invite yet. Try again once she has been online.") \
  X(not_in_porch, \
    "В прихожей этого нет: здесь только разговор, памятки и вопросы.", \
    "There is none of this in a porch: only talk, guidance and questions.") \
  X(no_bulletin, \
    "Такого бюллетеня здесь нет.", "There is no such bulletin here.") \
  X(no_statement, \
    "Такого высказывания здесь нет.", "There is no such statement here.") \
  X(no_consent, \
    "Та, чьи это слова, ещё не согласилась на печать или забрала согласие.", \
    "She whose words these are has not agreed to their printing, or took her consent back.") \
  X(figures_changed, \
    "С тех пор цифры изменились или вам показали другое. Посмотрите ещё раз или подготовьте бюллетень заново.", \
    "The figures changed meanwhile, or you were shown something else. Look again, or prepare the bulletin anew.") \
  X(not_approved, \
    "Двух согласий организаторов ещё нет, поэтому отдавать нечего.", \
    "Two organizers have not approved it yet, so there is nothing to hand out.") \
  X(threshold_fixed, \
    "Порог задан первым бюллетенем: другой выдал бы маленькие числа.", \
    "The first bulletin set the threshold: another one would give small figures away.") \
  X(other_version, \
    "Бюллетень сделан другой версией программы. Откройте его ею.", \
    "The bulletin was made by another version of the program. Open it with that one.") \
  X(bad_cells, \
    "Здесь нет чисел, по которым можно оценивать: нужны хотя бы три перечня и люди на них.", \
    "There is nothing here to estimate from: it takes at least three lists and people on them.") \
  X(no_loss, \
    "Этой записи в учёте нет.", "This is not in the register.") \
  X(verifiers_only, \
    "Это делают те, кто проверяет учёт: организаторы, консультанты и те, кого назвал организатор.", \
    "This is done by those who verify the register: organizers, advisers, and whom an organizer named.") \
  X(reason_needed, \
    "Напишите, почему: у каждого изменения в учёте есть причина.", \
    "Say why: every change of the register has a reason.") \
  X(not_published, \
    "Имя видно всей группе, только если оно уже опубликовано: добавьте ссылку на страницу, где оно названо.", \
    "A name is shown to the group only if it is published already: add the link of a page that names him.") \
  X(loss_figures_invalid, \
    "Число не подходит: нижняя граница не больше верхней, возраст не больше 120, и хотя бы одно число есть.", \
    "The figure does not fit: the low end not above the high one, no age over 120, and at least one figure.") \
  X(quotes_itself, \
    "Источник не может через другие повторять сам себя.", \
    "A source cannot repeat itself by way of others.") \
  X(no_file, \
    "Такого файла здесь нет.", "There is no such file here.") \
  X(file_too_large, \
    "Файл пустой или больше 25 мегабайт. Уменьшите его или разделите.", \
    "The file is empty or over 25 megabytes. Make it smaller or split it.") \
  X(file_not_whole, \
    "Файл передан не целиком. Выберите его ещё раз.", "The file did not come whole. Choose it again.") \
  X(picture_reveals, \
    "В снимке остались скрытые сведения: где, когда и чем он сделан. Так он не уйдёт.", \
    "The picture still carries hidden data: where, when and with what it was taken. It does not go like this.") \
  X(picture_unknown, \
    "Снимки такого вида программа не умеет очищать. Выберите снимок JPEG, PNG или WebP.", \
    "Pictures of this kind cannot be cleaned here. Choose a JPEG, PNG or WebP picture.") \
  X(file_not_here, \
    "Файл ещё не получен. Сначала получите его.", "The file is not fetched yet. Fetch it first.") \
  X(too_many_files, \
    "Слишком много файлов сразу. В одном сообщении помещается восемь.", \
    "Too many files at once. One message holds eight.") \
  X(relay_is_there, \
    "Узел связи группы отвечает. Перейти без него можно, только когда его нет.", \
    "The group's relay answers. The group goes on without it only when it is gone.") \
  X(internal, \
    "В программе ошибка. Ничего не потеряно; перезапустите её.", \
    "The program has a fault. Nothing is lost; start it again.")
// clang-format on
